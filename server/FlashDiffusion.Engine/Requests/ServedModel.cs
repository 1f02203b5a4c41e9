using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Requests;

/// <summary>A model as the engine serves it: the diffusion model and the severity encoders that were trained for it.</summary>
/// <param name="Model">The latent diffusion model.</param>
/// <param name="SeverityEncoders">Severity encoders by operator name; AUTO falls back to FULL for operators without one.</param>
internal sealed record ServedModel(ILatentDiffusionModel Model, FrozenDictionary<string, ISeverityEncoder> SeverityEncoders)
{
    /// <summary>What was tuned for it, by solver and operator.</summary>
    public ImmutableArray<SolverPreset> Presets { get; init; } = [];

    /// <summary>SHA-256 of its weights and manifest in hexadecimal: a latent of one model means nothing to another. Empty if nobody said.</summary>
    public string WeightsHash { get; init; } = "";

    /// <summary>Bytes that its weights take on its device; 0 if nobody said.</summary>
    public long WeightBytes { get; init; }

    /// <summary>Whether exact requests are computed one by one, since what shares their fixed shape changes bits of this model.</summary>
    public bool ExactOneByOne { get; init; }

    /// <summary>The same model on each device of the engine, this one included; empty if one serves all.</summary>
    public ImmutableArray<ServedModel> Replicas { get; init; } = [];

    /// <summary>Smallest height or width in pixels: reflection fills up to the model's multiple, so half a multiple and one pixel are needed.</summary>
    public int MinimumPictureSide => (Model.PictureMultiple / 2) + 1;

    /// <summary>The model on a device.</summary>
    /// <param name="device">Number of the device in its engine.</param>
    public ServedModel On(int device) => Replicas.IsEmpty ? this : Replicas[device];

    /// <summary>The preset of a solver and an operator; null if nothing was tuned.</summary>
    /// <param name="solver">Name of the solver.</param>
    /// <param name="operatorName">Name of the operator family; null without one.</param>
    public SolverPreset? PresetOf(string solver, string? operatorName) =>
        Presets.FirstOrDefault(preset => string.Equals(preset.Solver, solver, StringComparison.OrdinalIgnoreCase) && preset.Operator == operatorName);

    /// <summary>The picture that the model works on for a user's picture: each side enlarged to the model's multiple.</summary>
    /// <param name="picture">The user's shape.</param>
    /// <returns>The enlarged shape.</returns>
    public PictureShape WorkingShape(PictureShape picture) => new(Enlarge(picture.Height), Enlarge(picture.Width));

    private int Enlarge(int side) => (side + Model.PictureMultiple - 1) / Model.PictureMultiple * Model.PictureMultiple;
}
