"""Float feature maps and frames as RGB32 pictures: ranges, colours, reduction, mosaics. Knows nothing of windows."""
