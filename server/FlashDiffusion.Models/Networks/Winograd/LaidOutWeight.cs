using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A frozen weight as <see cref="WinogradProduct"/> reads it, for a convolution and for its transpose; each is made when a map first needs it.</summary>
/// <param name="weight">(out, in, 3, 3), or (out, in, 1).</param>
/// <param name="layout">Gives a part of the output channels of a weight, and whether it is the transpose's, as matrices (products, inner, out).</param>
internal sealed class LaidOutWeight(Tensor weight, Func<Tensor, bool, Tensor> layout) : IDisposable
{
    private Tensor? _forward;
    private Tensor? _backward;

    /// <summary>For the convolution: for each product the panels of (inner, 64 of out).</summary>
    public Tensor Forward => _forward ?? Make(ref _forward, backward: false);

    /// <summary>For its transpose.</summary>
    public Tensor Backward => _backward ?? Make(ref _backward, backward: true);

    public void Dispose()
    {
        _forward?.Dispose();
        _backward?.Dispose();
    }

    private Tensor Make(ref Tensor? place, bool backward)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        // The transpose is the convolution with the kernel turned by half a circle and the channels exchanged.
        var kernel = backward ? (weight.dim() == 4 ? weight.flip(2, 3) : weight).transpose(0, 1) : weight;
        var outer = kernel.shape[0];
        Tensor? made = null;
        // Panel by panel within a matrix, as the product reads it; one after the other, since the whole weight in float64 would be most of what loading a model takes.
        for (var first = 0L; first < outer; first += WinogradProduct.Panel)
        {
            using var inside = NewDisposeScope();
            var panel = layout(kernel.narrow(0, first, Math.Min(WinogradProduct.Panel, outer - first)), backward);
            var inner = panel.shape[1];
            made ??= empty(panel.shape[0], inner * outer).MoveToOuterDisposeScope();
            made.narrow(1, first * inner, panel.shape[2] * inner).copy_(panel.flatten(1));
        }

        // Two devices' threads may share a network; what came too late goes with the scope.
        return Interlocked.CompareExchange(ref place, made, null) ?? made!.DetachFromDisposeScope();
    }
}
