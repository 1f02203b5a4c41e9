using FlashDiffusion.Engine.Leases;
using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Server.Catalogs;

/// <summary>A model of the repository, or a folder that failed to become one.</summary>
/// <param name="Name">Name.</param>
/// <param name="Version">Version.</param>
/// <param name="Description">One line for users.</param>
/// <param name="Model">The model with its severity encoders; null if it can't be used.</param>
/// <param name="Reason">Why it can't be used, or why it could not be loaded anew; empty otherwise.</param>
internal sealed record ModelEntry(string Name, string Version, string Description, ServedModel? Model, string Reason)
{
    /// <summary>Whether it can be used.</summary>
    public ServedState State { get; init; } = Model is null ? ServedState.Failed : ServedState.Ready;

    /// <summary>Keeps its weights while somebody uses them; null if they stay as long as the server.</summary>
    public SharedLifetime? Lifetime { get; init; }

    /// <summary>Completes when its weights are freed, of one that is being unloaded.</summary>
    public Task Freed { get; init; } = Task.CompletedTask;

    /// <summary>Whether it failed because its weights are larger than the memory that is free for them.</summary>
    public bool IsOverBudget { get; init; }

    /// <summary>Whether it was taken out of service because a call of it hung.</summary>
    public bool HasHung { get; init; }

    public bool IsReady => Model is not null;

    /// <summary>Whether it is the same version of the same model.</summary>
    public bool Is(string name, string version) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase) && Version == version;

    /// <summary>The same without a model.</summary>
    public ModelEntry Without(ServedState state, string reason) => this with { Model = null, Lifetime = null, State = state, Reason = reason };
}
