"""What depends on the hardware, behind one chooser. Imports nothing else of the package."""
