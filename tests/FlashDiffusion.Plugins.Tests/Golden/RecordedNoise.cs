using FlashDiffusion.Noise;
using FlashDiffusion.Testing;

namespace FlashDiffusion.Plugins.Tests.Golden;

/// <summary>Replays the draws of a golden run for one of its rows in their order of call, whatever they are asked for.</summary>
internal sealed class RecordedNoise(GoldenTensors golden, int first = 0, int row = 0) : INoiseSource
{
    private int _next = first;

    public void FillNormal(NoisePurpose purpose, int timestep, int draw, Span<float> destination)
    {
        using var recorded = golden[$"noise.{_next++:D3}"];
        recorded.data<float>().ToArray().AsSpan(row * destination.Length, destination.Length).CopyTo(destination);
    }

    public void FillUniform(NoisePurpose purpose, int timestep, int draw, Span<float> destination) =>
        throw new InvalidOperationException("Golden runs record no uniform draws.");
}
