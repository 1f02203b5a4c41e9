namespace FlashDiffusion.Models.Repository;

/// <summary>One version folder of the repository and what became of it.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Name of its version folder.</param>
/// <param name="Kind">What it is.</param>
/// <param name="State">Whether it can be served.</param>
/// <param name="Message">Why it is broken; empty otherwise.</param>
/// <param name="Description">One line about it, from its <c>model.json</c>.</param>
internal sealed record ModelEntry(string Name, string Version, ModelKind Kind, ModelState State, string Message, string Description);
