namespace FlashDiffusion.Pictures.ContactSheets;

/// <summary>One picture of a sheet.</summary>
/// <param name="Picture">What is shown.</param>
/// <param name="Label">The line above it; empty for none.</param>
/// <param name="Note">The smaller line below it, such as its PSNR; empty for none.</param>
public sealed record ContactSheetCell(Picture Picture, string Label = "", string Note = "");
