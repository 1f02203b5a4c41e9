namespace FlashDiffusion.Pictures.ContactSheets;

/// <summary>Pictures that are compared with each other, from left to right.</summary>
/// <param name="Cells">At least one.</param>
/// <param name="Label">The line above the row; empty for none.</param>
public sealed record ContactSheetRow(IReadOnlyList<ContactSheetCell> Cells, string Label = "");
