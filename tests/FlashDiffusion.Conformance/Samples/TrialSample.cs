using System.Collections.Immutable;
using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>A reconstruction under way, as an engine keeps it: the latent, the scratch and the number of steps done.</summary>
internal sealed class TrialSample : IDisposable
{
    private readonly Dictionary<string, Tensor> _scratch = new(StringComparer.Ordinal);
    private readonly List<(PlannedStep, StepCost)> _spent = [];
    private StepCost _stepCalls;

    public required SampleRecipe Recipe { get; init; }

    public required SampleSpec Spec { get; init; }

    public required ImmutableArray<PlannedStep> Steps { get; init; }

    public required INoiseSource Noise { get; init; }

    /// <summary>y without batch axis; owned here.</summary>
    public required Tensor Measurement { get; init; }

    /// <summary>z_t without batch axis; owned here.</summary>
    public required Tensor Latent { get; set; }

    /// <summary>What the solver carries on, each without batch axis; owned here.</summary>
    public IReadOnlyDictionary<string, Tensor> Scratch => _scratch;

    public int StepIndex { get; private set; }

    /// <summary>Network calls of each completed step, counted over the whole batch that took it.</summary>
    public IReadOnlyList<(PlannedStep Step, StepCost Calls)> Spent => _spent;

    /// <summary>Why it failed; null if it did not.</summary>
    public string? Failure { get; set; }

    /// <summary>Whether it was cancelled.</summary>
    public bool IsCancelled { get; set; }

    public bool IsActive => Failure is null && !IsCancelled && StepIndex < Steps.Length;

    public PlannedStep NextStep => Steps[StepIndex];

    public StepRow Row => new(Spec, NextStep, StepIndex, Noise);

    /// <summary>Takes over what a step made.</summary>
    public void Advance(Tensor latent, IEnumerable<KeyValuePair<string, Tensor>> scratch, bool completed, StepCost calls)
    {
        Replace(latent, scratch);
        _stepCalls += calls;
        if (completed)
        {
            _spent.Add((NextStep, _stepCalls));
            _stepCalls = default;
            StepIndex++;
        }
    }

    /// <summary>Everything that it carries from step to step, as bytes.</summary>
    public byte[] Save()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(StepIndex);
        TensorBytes.Write(writer, Latent);
        writer.Write(_scratch.Count);
        foreach (var (name, value) in _scratch.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.Write(name);
            TensorBytes.Write(writer, value);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Continues from <see cref="Save"/>d bytes of an equal sample.</summary>
    public void Load(byte[] saved)
    {
        using var reader = new BinaryReader(new MemoryStream(saved));
        StepIndex = reader.ReadInt32();
        var latent = TensorBytes.Read(reader);
        var scratch = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            scratch.Add(reader.ReadString(), TensorBytes.Read(reader));
        }

        Replace(latent, scratch);
    }

    /// <summary>Makes its latent NaN, as a diverging chain would.</summary>
    public void Poison()
    {
        using var guard = no_grad();
        Latent.fill_(float.NaN);
    }

    public void Dispose()
    {
        Latent.Dispose();
        Measurement.Dispose();
        DropScratch();
    }

    private void Replace(Tensor latent, IEnumerable<KeyValuePair<string, Tensor>> scratch)
    {
        Latent.Dispose();
        Latent = latent;
        DropScratch();
        foreach (var (name, value) in scratch)
        {
            _scratch.Add(name, value);
        }
    }

    private void DropScratch()
    {
        foreach (var value in _scratch.Values)
        {
            value.Dispose();
        }

        _scratch.Clear();
    }
}
