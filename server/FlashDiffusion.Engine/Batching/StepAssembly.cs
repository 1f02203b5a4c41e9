using System.Collections.Immutable;
using FlashDiffusion.Engine.Samples;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Batching;

/// <summary>Puts samples into one batch.</summary>
internal static class StepAssembly
{
    /// <summary>Puts samples of one operator side by side, and in one order at every step, so that it stays bound.</summary>
    public static IReadOnlyList<Sample> Arrange(IReadOnlyList<Sample> samples) =>
        [.. samples.OrderBy(sample => sample.Piece.OperatorKey, StringComparer.Ordinal).ThenBy(sample => sample.Id)];

    /// <summary>Repeats the last sample until the batch has so many rows; what is computed for the copies is thrown away.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="rows">Rows wanted; not fewer than samples.</param>
    public static IReadOnlyList<Sample> Pad(IReadOnlyList<Sample> samples, int rows) =>
        rows == samples.Count ? samples : [.. samples, .. Enumerable.Repeat(samples[^1], rows - samples.Count)];

    /// <summary>The batch of some samples; its tensors belong to the caller's dispose scope.</summary>
    /// <param name="samples">Samples of one lane.</param>
    /// <param name="model">The model as the solver sees it.</param>
    /// <param name="forward">Their operators as the solver sees them; null if they have none.</param>
    /// <param name="measurements">Their measurements as the consistency term compares them; null if they have no operator.</param>
    public static StepBatch Assemble(IReadOnlyList<Sample> samples, ILatentDiffusionModel model, IForwardOperator? forward, Tensor? measurements) => new()
    {
        Model = model,
        Rows = [.. samples.Select(sample => new StepRow(sample.Spec, sample.NextStep, sample.PlanIndex, sample.Noise))],
        Latents = stack(samples.Select(sample => sample.Latent)),
        Operator = forward,
        Measurements = measurements,
        Scratch = Scratch(samples),
    };

    // A sample that carries nothing under a name that its neighbours use has just joined: it starts from zeros.
    private static ImmutableDictionary<string, Tensor> Scratch(IReadOnlyList<Sample> samples)
    {
        var scratch = ImmutableDictionary.CreateBuilder<string, Tensor>(StringComparer.Ordinal);
        foreach (var name in samples.SelectMany(sample => sample.Scratch.Keys).Distinct())
        {
            var like = samples.First(sample => sample.Scratch.ContainsKey(name)).Scratch[name];
            scratch.Add(name, stack(samples.Select(sample => sample.Scratch.TryGetValue(name, out var own) ? own : zeros_like(like))));
        }

        return scratch.ToImmutable();
    }
}
