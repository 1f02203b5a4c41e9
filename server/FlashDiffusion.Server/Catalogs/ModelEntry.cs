using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Server.Catalogs;

/// <summary>A model of the repository, or a folder that failed to become one.</summary>
/// <param name="Name">Name.</param>
/// <param name="Version">Version.</param>
/// <param name="Description">One line for users.</param>
/// <param name="Model">The model with its severity encoders; null if it failed.</param>
/// <param name="Reason">Why it failed; empty if it did not.</param>
internal sealed record ModelEntry(string Name, string Version, string Description, ServedModel? Model, string Reason)
{
    public bool IsReady => Model is not null;
}
