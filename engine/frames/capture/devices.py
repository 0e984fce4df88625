"""Opening what `cv2.VideoCapture` can open, with a sentence for people where it cannot."""

from __future__ import annotations

import os
import sys
from typing import Any

import cv2

from engine.errors import SourceError
from engine.frames.capture.messages import Open, public_address

OPENING = 5.0
_READING = 1.5
_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
# A clip is a file: a playlist in it must not make the reader open other files or the network.
_CLIP_OPTIONS = (
    "protocol_whitelist;file|format_whitelist;avi,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpeg,mpegts,mpegvideo,"
    "m4v,h264,hevc,flv,asf,ogg,ivf,dv,mjpeg,gif,rawvideo,yuv4mpegpipe"
)
_STREAM_OPTIONS = "protocol_whitelist;http,https,httpproxy,tcp,tls,udp,rtp,rtsp,rtmp,crypto|rtsp_flags;prefer_tcp"
_CAMERA_BACKENDS = {
    "linux": (cv2.CAP_V4L2,),
    "win32": (cv2.CAP_DSHOW, cv2.CAP_MSMF),
    "darwin": (cv2.CAP_AVFOUNDATION,),
}
# Above this many pixels most cameras reach their full rate only when they send JPEG.
_JPEG_FROM = 640 * 480

Capture = Any  # cv2.VideoCapture, or what a test puts in its place


def open_capture(job: Open) -> Capture:
    """Open a clip, camera or stream.

    Raises:
        SourceError: when it cannot be opened.
    """
    if job.kind == "clip":
        return _open_clip(job.address)
    return _open_camera(job) if job.kind == "camera" else _open_stream(job.address)


def _open_clip(path: str) -> Capture:
    os.environ[_OPTIONS] = _CLIP_OPTIONS
    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    if not capture.isOpened():
        name = os.path.basename(path)
        raise SourceError(f"{name} is no clip that can be played; MP4, MOV, AVI, MKV, WebM and GIF files can.")
    return capture


def _open_stream(url: str) -> Capture:
    os.environ[_OPTIONS] = _STREAM_OPTIONS
    # More decoder threads would each hold a frame back.
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(OPENING * 1000), cv2.CAP_PROP_READ_TIMEOUT_MSEC]
    limits += [int(_READING * 1000), cv2.CAP_PROP_N_THREADS, 1]
    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, limits)
    if not capture.isOpened():
        text = f"The stream {public_address(url)} cannot be opened; check the address and that its server is running."
        raise SourceError(text)
    return capture


def _open_camera(job: Open) -> Capture:
    index = int(job.address)
    for backend in _CAMERA_BACKENDS.get(sys.platform, (cv2.CAP_ANY,)):
        capture = cv2.VideoCapture(index, backend)
        if capture.isOpened():
            _ask_for(capture, job)
            return capture
    raise SourceError(f"Camera {index} cannot be opened: {_why(index)}; connect one or choose another number.")


def _ask_for(capture: Capture, job: Open) -> None:
    """Wish for a size and a rate; what the camera makes of it is seen in its frames."""
    if job.height * job.width > _JPEG_FROM:
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    size = ((cv2.CAP_PROP_FRAME_WIDTH, job.width), (cv2.CAP_PROP_FRAME_HEIGHT, job.height))
    for setting, wish in (*size, (cv2.CAP_PROP_FPS, job.fps)):
        if wish > 0:
            capture.set(setting, wish)


def _why(index: int) -> str:
    device = f"/dev/video{index}"
    if sys.platform != "linux":
        return "it is not connected, in use by another program, or not permitted"
    if not os.path.exists(device):
        return f"there is no {device}"
    if not os.access(device, os.R_OK | os.W_OK):
        return f"{device} may not be read by you"
    return f"{device} gives no pictures and may be in use by another program"
