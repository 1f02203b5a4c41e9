using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A chain of layers, named by index as the published <c>TimestepEmbedSequential</c> names them.</summary>
internal sealed class UNetBlock : NetworkModule
{
    private readonly IUNetLayer[] _layers;

    public UNetBlock(params IReadOnlyList<nn.Module> layers)
        : base(nameof(UNetBlock))
    {
        _layers = [.. layers.Cast<IUNetLayer>()];
        for (var i = 0; i < layers.Count; i++)
        {
            register_module($"{i}", layers[i]);
        }
    }

    public Tensor Forward(Tensor x, Tensor activatedEmbedding, Tensor? context)
    {
        var h = _layers[0].Forward(x, activatedEmbedding, context);
        for (var i = 1; i < _layers.Length; i++)
        {
            var previous = h;
            h = _layers[i].Forward(previous, activatedEmbedding, context);
            previous.Dispose();
        }

        return h;
    }
}
