using System.Runtime.Intrinsics.X86;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>An attention block as one function of the graph: normalisation, queries, keys and values, heads, the map that follows them, and the map that goes around.</summary>
/// <remarks>
/// Torch needs a hundred calls for it, there and back, each of which takes longer than its arithmetic where maps are small. The weights of the heads are made again in the
/// backward pass. Rows do not touch each other: neither the batch nor the number of threads changes a bit.
/// </remarks>
internal sealed unsafe class AttentionFunction : autograd.SingleTensorFunction<AttentionFunction>
{
    /// <summary>Channels up to which the weights stay in the second-level cache, 1 MB.</summary>
    public const long MostChannels = 256;

    // Of more, heads are computed alone (TokenAttention), which the threads share also where there is one row.
    private const long MostPositions = 128;

    private const string Settings = "settings";

    /// <inheritdoc/>
    public override string Name => nameof(AttentionFunction);

    /// <summary>Whether it can be used for these features.</summary>
    /// <param name="x">Features (B, C, h, w).</param>
    /// <param name="norm">The normalisation before it.</param>
    public static bool Suits(Tensor x, GroupNormalization norm)
    {
        if (!WinogradConvolution.Enabled || !Avx512F.IsSupported || !norm.IsFused(x))
        {
            return false;
        }

        // Matrices are transposed four by four.
        var positions = x.shape[2] * x.shape[3];
        return positions <= MostPositions && positions % 4 == 0;
    }

    /// <summary>Computes the block.</summary>
    /// <param name="x">Features (B, C, h, w) that it <see cref="Suits"/>.</param>
    /// <param name="settings">Weights.</param>
    /// <returns>The same shape, channels last.</returns>
    public static Tensor Of(Tensor x, AttentionSettings settings)
    {
        // As in NormActivation.
        using var scope = NewDisposeScope();
        var output = is_grad_enabled() && x.requires_grad ? apply(x, settings) : Run(x, settings).Output;
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, settings) = ((Tensor)vars[0], (AttentionSettings)vars[1]);
        var (output, packed, statistics) = Run(x, settings);
        ctx.save_for_backward([x, packed, statistics]);
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
        var (x, packed, statistics) = (saved[0], saved[1], saved[2]);
        var settings = (AttentionSettings)ctx.get_data(Settings);
        var gradient = ChannelsLastLayout.Is(grad_output) ? grad_output : ChannelsLastLayout.Pack(grad_output);
        var result = empty_like(x);
        var work = Work(x, packed, statistics, settings);
        work.Backward = true;
        work.QueryKeyValue = TensorAddress.Of(settings.QueryKeyValue.Backward);
        work.Projection = TensorAddress.Of(settings.Projection.Backward);
        work.OutputGradient = TensorAddress.Of(gradient);
        work.Output = TensorAddress.Of(result);
        Run(ref work);
        grad_output.Dispose();
        return [GradientHandOver.Of(result.MoveToOuterDisposeScope()), null!];
    }

    private static (Tensor Output, Tensor Packed, Tensor Statistics) Run(Tensor x, AttentionSettings settings)
    {
        var shape = x.shape;
        var statistics = empty(shape[0], 4, shape[1]);
        var packed = empty(shape[0], shape[2] * shape[3], 3 * shape[1]);
        var output = empty_like(x);
        var work = Work(x, packed, statistics, settings);
        work.QueryKeyValue = TensorAddress.Of(settings.QueryKeyValue.Forward);
        work.QueryKeyValueBias = TensorAddress.Of(settings.QueryKeyValueBias);
        work.Projection = TensorAddress.Of(settings.Projection.Forward);
        work.ProjectionBias = TensorAddress.Of(settings.ProjectionBias);
        work.Output = TensorAddress.Of(output);
        Run(ref work);
        return (output, packed, statistics);
    }

    private static void Run(ref AttentionWork work)
    {
        using var rooms = new AttentionRooms(ref work);
        fixed (AttentionWork* at = &work)
        {
            ComputeTeam.Run(&AttentionKernel.Share, at, work.Tasks, work.Operations, work.Tasks);
        }
    }

    private static AttentionWork Work(Tensor x, Tensor packed, Tensor statistics, AttentionSettings settings)
    {
        var shape = x.shape;
        var (batch, positions) = ((int)shape[0], (int)(shape[2] * shape[3]));
        return new AttentionWork
        {
            X = TensorAddress.Of(x),
            Packed = TensorAddress.Of(packed),
            Statistics = TensorAddress.Of(statistics),
            Norm = settings.Norm.Work(batch, positions),
            Layout = settings.Layout,
            Batch = batch,
            Positions = positions,
            Tasks = Math.Min(get_num_threads(), batch),
        };
    }
}
