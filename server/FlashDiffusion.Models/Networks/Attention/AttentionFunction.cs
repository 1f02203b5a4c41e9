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
        var (output, kept) = Run(x, settings);
        ctx.save_for_backward([x, kept]);
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
        var (x, kept) = (saved[0], saved[1]);
        var settings = (AttentionSettings)ctx.get_data(Settings);
        var gradient = ChannelsLastLayout.Is(grad_output) ? grad_output : ChannelsLastLayout.Pack(grad_output);
        var result = empty_like(x);
        var work = Work(x, kept, settings);
        work.Backward = true;
        work.QueryKeyValue = TensorAddress.Of(settings.QueryKeyValue.Backward);
        work.Projection = TensorAddress.Of(settings.Projection.Backward);
        work.OutputGradient = TensorAddress.Of(gradient);
        work.Output = TensorAddress.Of(result);
        Run(ref work);
        grad_output.Dispose();
        return [GradientHandOver.Of(result.MoveToOuterDisposeScope()), null!];
    }

    private static (Tensor Output, Tensor Kept) Run(Tensor x, AttentionSettings settings)
    {
        var (batch, channels, positions) = (x.shape[0], x.shape[1], x.shape[2] * x.shape[3]);
        // Queries, keys and values, what the heads give, and the statistics of the heads and of the normalisation: in one, which saves calls of torch.
        var kept = empty(batch * ((4 * channels * (positions + 1)) + AttentionMaps.RowStatistics((int)positions, settings.Layout)));
        var output = empty_like(x);
        var work = Work(x, kept, settings);
        work.QueryKeyValue = TensorAddress.Of(settings.QueryKeyValue.Forward);
        work.QueryKeyValueBias = TensorAddress.Of(settings.QueryKeyValueBias);
        work.Projection = TensorAddress.Of(settings.Projection.Forward);
        work.ProjectionBias = TensorAddress.Of(settings.ProjectionBias);
        work.Output = TensorAddress.Of(output);
        Run(ref work);
        return (output, kept);
    }

    private static void Run(ref AttentionWork work)
    {
        using var rooms = new KernelRooms(work.Tasks * AttentionRooms.Size(ref work));
        work.Rooms = rooms.At;
        fixed (AttentionWork* at = &work)
        {
            ComputeTeam.Run(&AttentionKernel.Share, at, work.Tasks, work.Operations, work.Tasks);
        }
    }

    private static AttentionWork Work(Tensor x, Tensor kept, AttentionSettings settings)
    {
        var shape = x.shape;
        var (batch, positions) = ((int)shape[0], (int)(shape[2] * shape[3]));
        var numbers = shape[1] * batch * positions;
        var maps = new AttentionMaps { Packed = TensorAddress.Of(kept), Layout = settings.Layout, Tokens = positions };
        maps.Output = maps.Packed + (3 * numbers);
        maps.Statistics = maps.Output + numbers;
        return new AttentionWork
        {
            X = TensorAddress.Of(x),
            Maps = maps,
            Statistics = maps.Statistics + (batch * AttentionMaps.RowStatistics(positions, settings.Layout)),
            Norm = settings.Norm.Work(batch, positions),
            Batch = batch,
            Tasks = Math.Min(get_num_threads(), batch),
        };
    }
}
