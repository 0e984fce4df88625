"""What the shipped pictures, clips and patterns are good for, in a few words each."""

from __future__ import annotations

SAMPLE_NOTES = {
    "astronaut.jpg": "colour, many kinds of edges",
    "brick.jpg": "a regular texture",
    "camera.jpg": "grey, the classic",
    "chelsea.jpg": "fur: fine detail",
    "china.jpg": "colour, straight lines",
    "coffee.jpg": "smooth curves",
    "coins.jpg": "grey, round shapes",
    "color.png": "every colour at once",
    "flower.jpg": "sharp before soft",
    "grace_hopper.jpg": "a portrait",
    "horse.png": "black and white only",
    "hubble_deep_field.jpg": "small points of light",
    "page.png": "text in uneven light",
    "retina.jpg": "thin branching lines",
    "rocket.jpg": "bright before dark",
    "webcam_digits_320x240.mp4": "handwritten digits",
    "webcam_scene_320x240.mp4": "a moving, noisy camera",
}

PATTERN_NOTES = {
    "impulse": "one white pixel: convolved, it gives the kernel",
    "step": "one edge, in any direction",
    "checkerboard": "edges and corners",
    "grating": "one frequency in one direction",
    "rings": "one frequency in all directions",
    "noise": "all frequencies at once",
    "gradient": "one slope everywhere",
}
