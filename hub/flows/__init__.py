"""The story on fourteen shelves, each above those that it stands on; one module is one verb of the business."""
