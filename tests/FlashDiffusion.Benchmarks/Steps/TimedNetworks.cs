using System.Diagnostics;
using FlashDiffusion.Engine.Counting;
using static TorchSharp.torch;

namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>A model that knows how long its networks computed, the gradients that were pulled back through them included.</summary>
/// <param name="inner">The model.</param>
internal sealed class TimedNetworks(ILatentDiffusionModel inner) : WrappedModel(inner)
{
    /// <summary>What they took since <see cref="Reset"/>.</summary>
    public Timing Total { get; private set; } = new(0, 0);

    /// <summary>Begins anew.</summary>
    public void Reset() => Total = new Timing(0, 0);

    /// <inheritdoc/>
    public override Tensor Denoise(Tensor latents, Tensor timesteps) => Run(latents, input => Inner.Denoise(input, timesteps));

    /// <inheritdoc/>
    public override Tensor Encode(Tensor pictures) => Run(pictures, Inner.Encode);

    /// <inheritdoc/>
    public override Tensor Decode(Tensor latents, Quantisation quantisation) => Run(latents, input => Inner.Decode(input, quantisation));

    // A gradient passes the tap behind the network first and the one before it last, and nothing else of any size is on its way between them.
    private Tensor Run(Tensor input, Func<Tensor, Tensor> network)
    {
        var pulled = new Stopwatch();
        var processor = TimeSpan.Zero;
        var entry = GradientTap.On(input, _ => Add(pulled, processor));
        var passed = Stopwatch.StartNew();
        var before = Environment.CpuUsage.TotalTime;
        var output = network(entry);
        Add(passed, before);
        return GradientTap.On(output, _ =>
        {
            pulled.Restart();
            processor = Environment.CpuUsage.TotalTime;
        });
    }

    private void Add(Stopwatch wall, TimeSpan processor) =>
        Total = new Timing(Total.WallMs + wall.Elapsed.TotalMilliseconds, Total.CpuMs + (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds);
}
