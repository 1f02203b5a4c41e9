using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A residual block as one function of the graph: twice group normalisation with SiLU and a 3x3 convolution, and what goes around them.</summary>
/// <remarks>
/// The same numbers, to the last bit, as <see cref="NormActivation"/> and <see cref="WinogradConvolution"/> one after the other. A row goes through all layers while its map
/// is in the cache, activated maps never leave it, and what is added is added where a map is written anyway. Neither the batch nor the number of threads changes a bit.
/// </remarks>
internal sealed unsafe class ResidualFunction : autograd.SingleTensorFunction<ResidualFunction>
{
    private const string Settings = "settings";
    private const string HasBeside = "beside";

    /// <inheritdoc/>
    public override string Name => nameof(ResidualFunction);

    /// <summary>Computes the block.</summary>
    /// <param name="x">Features (B, in, h, w) that <see cref="FusedHalves.For"/> has settings for.</param>
    /// <param name="beside">(B, out, h, w), what goes around the halves; null for the features themselves.</param>
    /// <param name="embedding">(B, out, 1, 1), added between the halves, without a gradient; null for nothing.</param>
    /// <param name="settings">Weights.</param>
    /// <returns>(B, out, h, w), channels last.</returns>
    public static Tensor Of(Tensor x, Tensor? beside, Tensor? embedding, ResidualSettings settings)
    {
        // As in NormActivation.
        using var scope = NewDisposeScope();
        var inputs = new ResidualInputs(settings, embedding);
        var output = !is_grad_enabled() || !x.requires_grad ? Run(x, beside, inputs).Output
            : beside is null ? apply(x, inputs)
            : apply(x, inputs, beside);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, inputs, beside) = ((Tensor)vars[0], (ResidualInputs)vars[1], vars.Length > 2 ? (Tensor)vars[2] : null);
        var (output, inner, statistics) = Run(x, beside, inputs);
        ctx.save_for_backward([x, inner, statistics]);
        ctx.save_data(Settings, inputs.Settings);
        ctx.save_data(HasBeside, beside is not null);
        return output;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        BackwardFaults.Kept(() => Gradients(ctx, grad_output), () => ctx.get_saved_variables()[0].shape, inputs: (bool)ctx.get_data(HasBeside) ? 3 : 2);

    private static List<Tensor> Gradients(autograd.AutogradContext ctx, Tensor grad_output)
    {
        GradientHandOver.Clear();
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (x, inner, statistics) = (saved[0], saved[1], saved[2]);
        var settings = (ResidualSettings)ctx.get_data(Settings);
        var hasBeside = (bool)ctx.get_data(HasBeside);
        var gradient = ChannelsLastLayout.Is(grad_output) ? grad_output : ChannelsLastLayout.Pack(grad_output);
        var result = empty_like(x);
        var work = Work(x, inner, statistics, settings);
        (work.FirstConvolution, work.SecondConvolution) = (settings.FirstConvolution.BackwardWork(work.Pixels), settings.SecondConvolution.BackwardWork(work.Pixels));
        work.Backward = true;
        work.OutputGradient = TensorAddress.Of(gradient);
        work.Around = hasBeside ? null : work.OutputGradient;
        work.Output = TensorAddress.Of(result);
        Run(ref work);
        var given = GradientHandOver.Of(result.MoveToOuterDisposeScope());
        if (hasBeside)
        {
            return [given, null!, GradientHandOver.Of(grad_output)];
        }

        grad_output.Dispose();
        return [given, null!];
    }

    private static (Tensor Output, Tensor Inner, Tensor Statistics) Run(Tensor x, Tensor? beside, ResidualInputs inputs)
    {
        var shape = x.shape;
        var outer = inputs.Settings.FirstConvolution.OutChannels;
        var statistics = empty(4 * shape[0] * (shape[1] + outer));
        var inner = empty(shape[0], shape[2], shape[3], outer).permute(0, 3, 1, 2);
        var output = empty_like(inner);
        var work = Work(x, inner, statistics, inputs.Settings);
        (work.FirstConvolution, work.SecondConvolution) = (inputs.Settings.FirstConvolution.ForwardWork(work.Pixels), inputs.Settings.SecondConvolution.ForwardWork(work.Pixels));
        work.FirstConvolution.Offsets = inputs.Embedding is { } embedding ? TensorAddress.Of(embedding) : null;
        work.Around = TensorAddress.Of(beside is null || ChannelsLastLayout.Is(beside) ? beside ?? x : ChannelsLastLayout.Pack(beside));
        work.Output = TensorAddress.Of(output);
        Run(ref work);
        return (output, inner, statistics);
    }

    private static void Run(ref ResidualWork work)
    {
        var threads = get_num_threads();
        work.Cut(threads);
        if (work.GroupsAside > 0)
        {
            using var rooms = work.Rooms = new ResidualRooms(ref work, work.RowsPerGroup, work.Tasks, threads);
            fixed (ResidualWork* at = &work)
            {
                ComputeTeam.Run(&ResidualKernel.Share, at, work.Tasks, work.Operations, threads);
            }
        }

        if (work.Batch - work.RowsAside is > 0 and var rest)
        {
            using var rooms = work.Rooms = new ResidualRooms(ref work, rest, tasks: 1, threads);
            ResidualKernel.Run(ref work, work.RowsAside, rest, task: 0, threads);
        }
    }

    private static ResidualWork Work(Tensor x, Tensor inner, Tensor statistics, ResidualSettings settings)
    {
        var shape = x.shape;
        var (batch, pixels) = ((int)shape[0], (int)(shape[2] * shape[3]));
        return new ResidualWork
        {
            X = TensorAddress.Of(x),
            Inner = TensorAddress.Of(inner),
            Statistics = TensorAddress.Of(statistics),
            FirstNorm = settings.FirstNorm.Work(batch, pixels),
            SecondNorm = settings.SecondNorm.Work(batch, pixels),
            Batch = batch,
            Height = (int)shape[2],
            Width = (int)shape[3],
            InChannels = (int)shape[1],
            OutChannels = (int)settings.FirstConvolution.OutChannels,
        };
    }
}
