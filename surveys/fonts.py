"""The font that papers and pictures are set in, whatever the machine has."""

FONT_FILE = "static/vendor/noto-sans-sc-0.4.3/NotoSansSC-Regular-GBK.ttf"
"""From the root of the repository."""
