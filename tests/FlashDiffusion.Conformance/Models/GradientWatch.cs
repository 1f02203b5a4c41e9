using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>The identity, which notices when a gradient comes back through it.</summary>
internal sealed class GradientWatch : autograd.SingleTensorFunction<GradientWatch>
{
    private const string Seen = "seen";

    public override string Name => nameof(GradientWatch);

    /// <summary>Watches a tensor; one that carries no gradient is left as it is.</summary>
    public static Tensor On(Tensor tensor, Action<int> seen) => tensor.requires_grad ? apply(tensor, seen) : tensor;

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_data(Seen, vars[1]);
        return ((Tensor)vars[0]).alias();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        ((Action<int>)ctx.get_data(Seen))((int)grad_output.shape[0]);
        return [grad_output.alias(), null!];
    }
}
