using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Group normalisation and SiLU in one, over maps that are laid out channels last; differentiable with respect to the map.</summary>
/// <remarks>
/// Torch keeps two maps for the backward pass and goes over memory about twice as often. Rows of a batch do not touch each
/// other, and how a row is cut into tasks depends on its shape alone: neither the batch nor the number of threads changes a bit.
/// </remarks>
internal sealed unsafe class NormActivation : autograd.SingleTensorFunction<NormActivation>
{
    private const string Settings = "settings";

    /// <inheritdoc/>
    public override string Name => nameof(NormActivation);

    /// <summary>Normalises.</summary>
    /// <param name="x">Float32 features (B, C, h, w) on the CPU, channels last, with C a multiple of 32.</param>
    /// <param name="settings">Frozen weights and the rest.</param>
    /// <returns>The same shape and layout.</returns>
    public static Tensor Of(Tensor x, NormSettings settings)
    {
        // What the graph keeps it holds by itself; wrappers that TorchSharp makes on the way would live until the step's end.
        using var scope = NewDisposeScope();
        var output = is_grad_enabled() && x.requires_grad ? apply(x, settings) : Run(x, settings).Output;
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, settings) = ((Tensor)vars[0], (NormSettings)vars[1]);
        var (output, statistics) = Run(x, settings);
        ctx.save_for_backward([x, statistics]);
        ctx.save_data(Settings, settings);
        return output;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        BackwardFaults.Kept(() => Gradients(ctx, grad_output), () => ctx.get_saved_variables()[0].shape, inputs: 2);

    private static List<Tensor> Gradients(autograd.AutogradContext ctx, Tensor grad_output)
    {
        GradientHandOver.Clear();
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (x, statistics) = (saved[0], saved[1]);
        var gradient = ChannelsLastLayout.Is(grad_output) ? grad_output : ChannelsLastLayout.Pack(grad_output);
        var result = empty_like(x);
        var settings = (NormSettings)ctx.get_data(Settings);
        var work = Work(x, statistics, settings);
        using var rooms = new KernelRooms(work.Room);
        work.Give(rooms.At);
        work.OutputGradient = TensorAddress.Of(gradient);
        work.Output = TensorAddress.Of(result);
        NormPass.Backward(ref work, get_num_threads());
        grad_output.Dispose();
        return [GradientHandOver.Of(result.MoveToOuterDisposeScope()), null!];
    }

    private static (Tensor Output, Tensor Statistics) Run(Tensor x, NormSettings settings)
    {
        var statistics = empty(x.shape[0], 4, x.shape[1]);
        var output = empty_like(x);
        var work = Work(x, statistics, settings);
        using var rooms = new KernelRooms(work.Room);
        work.Give(rooms.At);
        work.Output = TensorAddress.Of(output);
        NormPass.Forward(ref work, get_num_threads());
        return (output, statistics);
    }

    private static NormWork Work(Tensor x, Tensor statistics, NormSettings settings)
    {
        var shape = x.shape;
        var work = settings.Work((int)shape[0], (int)(shape[2] * shape[3]));
        work.X = TensorAddress.Of(x);
        work.Statistics = TensorAddress.Of(statistics);
        return work;
    }
}
