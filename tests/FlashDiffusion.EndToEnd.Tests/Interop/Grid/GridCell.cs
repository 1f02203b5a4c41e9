namespace FlashDiffusion.EndToEnd.Tests.Interop.Grid;

/// <summary>One thing that one client was made to do.</summary>
/// <param name="Column">What.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Text">Why not, or a note.</param>
/// <param name="Calls">Methods that it called first of all cells.</param>
/// <param name="Bits">SHA-256 of the result's tensors in hexadecimal; of a resume only.</param>
internal sealed record GridCell(string Column, GridOutcome Outcome, string Text = "", IReadOnlyList<string>? Calls = null, string Bits = "");
