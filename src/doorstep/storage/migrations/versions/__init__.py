"""One module per version; its SQL lies beside it and is never changed once it was released."""
