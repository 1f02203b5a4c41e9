namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>One uncompressed record of a zip archive.</summary>
/// <param name="Name">Its name, which is never used as a path.</param>
/// <param name="Data">Its bytes.</param>
internal sealed record ZipRecord(string Name, FileWindow Data);
