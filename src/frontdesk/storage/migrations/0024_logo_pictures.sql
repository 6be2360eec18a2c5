-- A logo is a PNG, JPEG or WebP; the end of its name says which.
ALTER TABLE app_logos RENAME COLUMN png TO picture;
