using System.Collections.Frozen;
using System.Collections.Immutable;
using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion;

/// <summary>
/// The rows that take one step together. They share model, solver, step kind, and the shapes of pictures and measurements; timesteps, start points, step counts,
/// parameters and linear operators differ from row to row; rows of an operator that is not linear have that one. A solver that needs rows of one operator names it in the kind of its steps.
/// All tensors live in the caller's dispose scope.
/// </summary>
public sealed class StepBatch
{
    /// <summary>The model.</summary>
    public required ILatentDiffusionModel Model { get; init; }

    /// <summary>The rows, in the order of the tensors' first axis.</summary>
    public required ImmutableArray<StepRow> Rows { get; init; }

    /// <summary>z_t, (B, C, h, w), float32, without a gradient.</summary>
    public required Tensor Latents { get; init; }

    /// <summary>The forward operator bound to the rows, which may be several side by side, each with rows of its own; null if the solver needs none.</summary>
    public IForwardOperator? Operator { get; init; }

    /// <summary>Measurements y as <see cref="IForwardOperator.Consistent"/> gives them, (B, measurement shape) on [-1, 1]; null without operator.</summary>
    public Tensor? Measurements { get; init; }

    /// <summary>
    /// What the samples carry from step to step beside the latent, by name, each (B, ...). A row that carries nothing under a name that its
    /// neighbours use has zeros there, which says nothing of whether it begins: a step that begins something has a kind of its own.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Scratch { get; init; } = FrozenDictionary<string, Tensor>.Empty;

    /// <summary>Number of rows B.</summary>
    public int Count => Rows.Length;

    /// <summary>Right formulas, or the research code's; the same for all rows.</summary>
    public Compatibility Compatibility => Rows[0].Spec.Compatibility;

    /// <summary>Timesteps of the rows, (B), int64.</summary>
    /// <returns>A new tensor.</returns>
    public Tensor Timesteps() => tensor(Rows.Select(row => (long)row.Step.Timestep).ToArray(), dtype: ScalarType.Int64, device: Latents.device);

    /// <summary>One number a row, shaped to multiply latents or pictures.</summary>
    /// <param name="value">The number of a row.</param>
    /// <returns>(B, 1, 1, 1), float32.</returns>
    public Tensor Column(Func<StepRow, double> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return tensor(Rows.Select(row => (float)value(row)).ToArray(), device: Latents.device).reshape(Count, 1, 1, 1);
    }

    /// <summary>Standard normal noise in the shape of the latents, each row from its own source at its own timestep.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="draw">Number of the draw within the step.</param>
    /// <returns>(B, C, h, w), float32.</returns>
    public Tensor Normal(NoisePurpose purpose, int draw) => Normal(purpose, _ => draw, Latents);

    /// <summary>Standard normal noise in the shape of a tensor, each row from its own source at its own timestep.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="draw">Number of the draw within the step.</param>
    /// <param name="like">(B, ...), for example pictures.</param>
    /// <returns>Shaped as <paramref name="like"/>, float32.</returns>
    public Tensor Normal(NoisePurpose purpose, int draw, Tensor like) => Normal(purpose, _ => draw, like);

    /// <summary>Standard normal noise in the shape of the latents, where rows stand at different draws of their steps.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="draw">Number of a row's draw within its step.</param>
    /// <returns>(B, C, h, w), float32.</returns>
    public Tensor Normal(NoisePurpose purpose, Func<StepRow, int> draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        return Normal(purpose, draw, Latents);
    }

    private Tensor Normal(NoisePurpose purpose, Func<StepRow, int> draw, Tensor like)
    {
        ArgumentNullException.ThrowIfNull(like);
        var elements = (int)(like.numel() / Count);
        var values = new float[Count * elements];
        for (var row = 0; row < Count; row++)
        {
            Rows[row].Noise.FillNormal(purpose, Rows[row].Step.Timestep, draw(Rows[row]), values.AsSpan(row * elements, elements));
        }

        return tensor(values, like.shape, device: Latents.device);
    }
}
