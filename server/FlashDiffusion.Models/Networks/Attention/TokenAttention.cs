using System.Runtime.Intrinsics.X86;
using FlashDiffusion.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Self-attention of many tokens, softmax(q k^T / sqrt(width)) v for each head, block by block: the scores of all pairs of tokens are never in memory.</summary>
/// <remarks>
/// Torch's own does the same as <see cref="AttentionHead"/> by a general product that is slow on narrow heads. Heads do not touch each other, and blocks are cut by the number
/// of tokens alone: neither the batch nor the number of threads changes a bit.
/// </remarks>
internal sealed unsafe class TokenAttention : autograd.SingleTensorFunction<TokenAttention>
{
    private const string Layout = "layout";

    /// <inheritdoc/>
    public override string Name => nameof(TokenAttention);

    /// <summary>Whether it can be used.</summary>
    /// <param name="packed">Queries, keys and values (B, T, 3 C).</param>
    /// <param name="layout">How they lie.</param>
    public static bool Suits(Tensor packed, HeadLayout layout)
    {
        if (!WinogradConvolution.Enabled || !Avx512F.IsSupported || packed.dtype != ScalarType.Float32 || packed.device_type != DeviceType.CPU || !packed.is_contiguous())
        {
            return false;
        }

        // Matrices are transposed four by four.
        return packed.shape[1] % 4 == 0 && layout.Width % WinogradProduct.HalfPanel == 0;
    }

    /// <summary>Attends.</summary>
    /// <param name="packed">Queries, keys and values (B, T, 3 C) that it <see cref="Suits"/>.</param>
    /// <param name="layout">How they lie.</param>
    /// <returns>What the heads give, side by side: (B, T, C).</returns>
    public static Tensor Of(Tensor packed, HeadLayout layout)
    {
        // As in NormActivation.
        using var scope = NewDisposeScope();
        var output = is_grad_enabled() && packed.requires_grad ? apply(packed, layout) : Run(packed, layout).Output;
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (packed, layout) = ((Tensor)vars[0], (HeadLayout)vars[1]);
        var (output, statistics) = Run(packed, layout);
        // An alias: the output itself would hold the graph that holds it.
        ctx.save_for_backward([packed, output.alias(), statistics]);
        ctx.save_data(Layout, layout);
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
        var (packed, output, statistics) = (saved[0], saved[1], saved[2]);
        var gradient = grad_output.contiguous();
        var result = empty_like(packed);
        var work = Work(packed, output, statistics, (HeadLayout)ctx.get_data(Layout));
        work.Backward = true;
        work.Maps.OutputGradient = TensorAddress.Of(gradient);
        work.Maps.PackedGradient = TensorAddress.Of(result);
        Run(ref work);
        grad_output.Dispose();
        return [GradientHandOver.Of(result.MoveToOuterDisposeScope()), null!];
    }

    private static (Tensor Output, Tensor Statistics) Run(Tensor packed, HeadLayout layout)
    {
        var shape = packed.shape;
        var output = empty(shape[0], shape[1], shape[2] / 3);
        var statistics = empty(shape[0], AttentionMaps.RowStatistics((int)shape[1], layout));
        var work = Work(packed, output, statistics, layout);
        Run(ref work);
        return (output, statistics);
    }

    private static void Run(ref TokenAttentionWork work)
    {
        using var rooms = new KernelRooms(work.Tasks * work.Room);
        work.Rooms = rooms.At;
        fixed (TokenAttentionWork* at = &work)
        {
            ComputeTeam.Run(&TokenAttentionKernel.Share, at, work.Tasks, work.Operations, work.Tasks);
        }
    }

    private static TokenAttentionWork Work(Tensor packed, Tensor output, Tensor statistics, HeadLayout layout)
    {
        var shape = packed.shape;
        var batch = (int)shape[0];
        return new TokenAttentionWork
        {
            Maps = new AttentionMaps
            {
                Packed = TensorAddress.Of(packed),
                Output = TensorAddress.Of(output),
                Statistics = TensorAddress.Of(statistics),
                Layout = layout,
                Tokens = (int)shape[1],
            },
            Batch = batch,
            Tasks = Math.Min(get_num_threads(), batch * layout.Heads),
        };
    }
}
