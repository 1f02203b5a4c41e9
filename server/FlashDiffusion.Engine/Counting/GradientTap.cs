using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Counting;

/// <summary>The identity, which notices when a gradient comes back through it.</summary>
internal sealed class GradientTap : autograd.SingleTensorFunction<GradientTap>
{
    private const string Seen = "seen";

    /// <inheritdoc/>
    public override string Name => nameof(GradientTap);

    /// <summary>Puts a tap on a tensor.</summary>
    /// <param name="tensor">The tensor, first axis rows; left as it is if it carries no gradient.</param>
    /// <param name="seen">Called with the number of rows whenever a gradient passes.</param>
    /// <returns>The tensor with the tap.</returns>
    public static Tensor On(Tensor tensor, Action<long> seen) => tensor.requires_grad ? apply(tensor, seen) : tensor;

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_data(Seen, vars[1]);
        return ((Tensor)vars[0]).alias();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardFaults.Kept(
        () =>
        {
            ((Action<long>)ctx.get_data(Seen))(grad_output.shape[0]);
            return [grad_output.alias(), null!];
        },
        () => grad_output.shape,
        inputs: 2);
}
