using System.Runtime.Intrinsics.X86;
using FlashDiffusion.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A 3x3 convolution with a frozen weight over a map that is laid out channels last, by Winograd's minimal filtering: a quarter of the multiplications.</summary>
/// <remarks>
/// F(4x4, 3x3) of Lavin and Gray (arXiv 1509.09308): each tile of 4x4 pixels is made from a patch of 6x6 with 36 multiplications for each pair of channels instead
/// of 144, and with 25 where the map is enlarged before it (<see cref="EnlargedTransform"/>); of large maps tiles of 6x6 pixels with 64 instead of 324
/// (<see cref="WideTransform"/>). Differentiable with respect to the map; the gradient is the same
/// computation with another weight. Tiles do not touch each other, so that neither the batch nor the number of threads changes a bit. Sums are of larger numbers
/// than in the plain way: the result differs from it by 1e-6 to 3e-6 of its size. Maps too small for tiles are computed in the plain way, as one product
/// (<see cref="GatheredKernel"/>).
/// </remarks>
internal sealed unsafe class WinogradConvolution : autograd.SingleTensorFunction<WinogradConvolution>
{
    private const string Settings = "settings";

    /// <summary>Whether networks use it at all; benchmarks compare with and without.</summary>
    public static bool Enabled { get; set; } = true;

    /// <inheritdoc/>
    public override string Name => nameof(WinogradConvolution);

    /// <summary>Whether it is faster than torch's convolution for these features.</summary>
    /// <param name="x">Features (B, C, h, w).</param>
    /// <param name="settings">The weight and the rest.</param>
    public static bool Suits(Tensor x, WinogradSettings settings)
    {
        if (!Enabled || !Avx512F.IsSupported || x.dtype != ScalarType.Float32 || x.device_type != DeviceType.CPU || !ChannelsLastLayout.Is(x))
        {
            return false;
        }

        var shape = x.shape;
        return settings.Weight.Suits(shape[2] * shape[3] * (settings.Enlarged ? 4 : 1));
    }

    /// <summary>Convolves.</summary>
    /// <param name="x">Features (B, in, h, w) that it <see cref="Suits"/>.</param>
    /// <param name="settings">The weight and the rest.</param>
    /// <returns>(B, out, h, w), or (B, out, 2 h, 2 w) where the map is enlarged, channels last.</returns>
    public static Tensor Of(Tensor x, WinogradSettings settings)
    {
        using var scope = NewDisposeScope();
        var output = is_grad_enabled() && x.requires_grad ? apply(x, settings) : Run(x, settings);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, settings) = ((Tensor)vars[0], (WinogradSettings)vars[1]);
        ctx.save_data(Settings, settings);
        return Run(x, settings);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        BackwardFaults.Kept(() => Gradients(ctx, grad_output), () => InputShape((WinogradSettings)ctx.get_data(Settings), grad_output.shape), inputs: 2);

    private static List<Tensor> Gradients(autograd.AutogradContext ctx, Tensor grad_output)
    {
        GradientHandOver.Clear();
        using var scope = NewDisposeScope();
        var settings = (WinogradSettings)ctx.get_data(Settings);
        var gradient = ChannelsLastLayout.Is(grad_output) ? grad_output : ChannelsLastLayout.Pack(grad_output);
        var result = Run(gradient, settings.BackwardWork(gradient.shape[2] * gradient.shape[3]));
        grad_output.Dispose();
        return [GradientHandOver.Of(result.MoveToOuterDisposeScope()), null!];
    }

    private static long[] InputShape(WinogradSettings settings, long[] output)
    {
        var shrink = settings.Enlarged ? 2 : 1;
        return [output[0], settings.InChannels, output[2] / shrink, output[3] / shrink];
    }

    private static Tensor Run(Tensor x, WinogradSettings settings) => Run(x, settings.ForwardWork(x.shape[2] * x.shape[3] * (settings.Enlarged ? 4 : 1)));

    private static Tensor Run(Tensor x, WinogradWork work)
    {
        var shape = x.shape;
        var (enlarge, shrink) = (work.Enlarged ? 2 : 1, work.Shrunk ? 2 : 1);
        (work.Batch, work.Height, work.Width) = ((int)shape[0], enlarge * (int)shape[2], enlarge * (int)shape[3]);
        var output = empty(work.Batch, work.Height / shrink, work.Width / shrink, work.OutChannels).permute(0, 3, 1, 2);
        work.X = TensorAddress.Of(x);
        work.Output = TensorAddress.Of(output);
        var threads = get_num_threads();
        work.Cut(threads);
        using var rooms = new KernelRooms(work.Tasks * WinogradRooms.Size(ref work));
        work.Rooms = rooms.At;
        ComputeTeam.Run(&WinogradKernel.Run, &work, work.Tasks, work.Operations, threads);
        return output;
    }
}
