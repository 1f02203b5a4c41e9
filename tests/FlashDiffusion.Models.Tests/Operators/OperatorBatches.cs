using FlashDiffusion.Models.Operators.Blur;
using FlashDiffusion.Models.Operators.Clipping;
using FlashDiffusion.Models.Operators.CompressedSensing;
using FlashDiffusion.Models.Operators.Decolorisation;
using FlashDiffusion.Models.Operators.Denoising;
using FlashDiffusion.Models.Operators.Inpainting;
using FlashDiffusion.Models.Operators.Kernels;
using FlashDiffusion.Models.Operators.NonlinearBlur;
using FlashDiffusion.Models.Operators.PhaseRetrieval;
using FlashDiffusion.Models.Operators.SuperResolution;
using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators;

/// <summary>Batches of specifications, one a kind of operator, with other parameters in every row.</summary>
internal static class OperatorBatches
{
    public static IReadOnlyDictionary<string, OperatorSpec[]> All { get; } = new Dictionary<string, OperatorSpec[]>
    {
        ["denoising"] = [Denoising(), Denoising()],
        ["gaussian_blur"] = [Blur(0.3, 61), Blur(1.1, 61), Blur(3.0, 61), Blur(3.0, 15)],
        ["inpainting, random"] = [Random(0.2, 1), Random(0.8, 1), Random(0.8, 2)],
        ["inpainting, box"] = [Box(16, 10, -1, -1), Box(0, 0, 0, 3)],
        ["inpainting, user"] = [User()],
        ["super_resolution x2"] = [Reduce(2, SuperResolutionFamily.Bicubic), Reduce(2, SuperResolutionFamily.Average)],
        ["super_resolution x4"] = [Reduce(4, SuperResolutionFamily.Average), Reduce(4, SuperResolutionFamily.Bicubic)],
        ["kernel_blur, odd"] = [Kernel(7, 5, 1), Kernel(7, 5, 2)],
        ["kernel_blur, even"] = [Kernel(6, 4, 3), Kernel(6, 4, 4)],
        ["motion_blur"] = [Motion(15, 0.5, 61, 1), Motion(60, 1, 61, 2), Motion(0, 0.5, 61, 3)],
        ["decolorisation"] = [Decolorise(DecolorisationFamily.Luma), Decolorise(DecolorisationFamily.Mean)],
        ["compressed_sensing"] = [Sense(0.3, CompressedSensingFamily.Cosine, 1), Sense(0.3, CompressedSensingFamily.Cosine, 2)],
    };

    public static OperatorSpec Denoising() => Spec(DenoisingFamily.Name, []);

    public static OperatorSpec Blur(double std, int kernelSize) => Spec(GaussianBlurFamily.Name, new()
    {
        [GaussianBlurFamily.Std] = ParameterValue.Of(std),
        [GaussianBlurFamily.KernelSize] = ParameterValue.Of(kernelSize),
    });

    public static OperatorSpec Random(double removed, ulong seed) =>
        Spec(InpaintingFamily.Name, new() { [InpaintingFamily.Removed] = ParameterValue.Of(removed) }) with { Seed = seed };

    public static OperatorSpec Box(int height, int width, int top, int left) => Spec(InpaintingFamily.Name, new()
    {
        [InpaintingFamily.MaskType] = ParameterValue.Of(InpaintingFamily.BoxMask),
        [InpaintingFamily.BoxHeight] = ParameterValue.Of(height),
        [InpaintingFamily.BoxWidth] = ParameterValue.Of(width),
        [InpaintingFamily.BoxTop] = ParameterValue.Of(top),
        [InpaintingFamily.BoxLeft] = ParameterValue.Of(left),
    });

    public static OperatorSpec User(OperatorMask? mask = null) =>
        Spec(InpaintingFamily.Name, new() { [InpaintingFamily.MaskType] = ParameterValue.Of(InpaintingFamily.UserMask) }) with { Mask = mask ?? SoftMask() };

    public static OperatorSpec Reduce(int scale, string method) => Spec(SuperResolutionFamily.Name, new()
    {
        [SuperResolutionFamily.Scale] = ParameterValue.Of(scale),
        [SuperResolutionFamily.Method] = ParameterValue.Of(method),
    });

    public static OperatorSpec Kernel(int height, int width, ulong seed)
    {
        var values = new float[height * width];
        new CounterNoise(seed).FillUniform(NoisePurpose.Inner, timestep: 0, draw: 0, values);
        return Kernel(new OperatorKernel(height, width, [.. values]));
    }

    public static OperatorSpec Kernel(OperatorKernel? kernel) => Spec(KernelBlurFamily.Name, []) with { Kernel = kernel };

    public static OperatorSpec Motion(double length, double intensity, int size, ulong seed) => Spec(MotionBlurFamily.Name, new()
    {
        [MotionBlurFamily.Length] = ParameterValue.Of(length),
        [MotionBlurFamily.Intensity] = ParameterValue.Of(intensity),
        [MotionBlurFamily.KernelSize] = ParameterValue.Of(size),
    }) with { Seed = seed };

    public static OperatorSpec Decolorise(string weights) =>
        Spec(DecolorisationFamily.Name, new() { [DecolorisationFamily.Weights] = ParameterValue.Of(weights) });

    public static OperatorSpec Sense(double ratio, string transform, ulong seed) => Spec(CompressedSensingFamily.Name, new()
    {
        [CompressedSensingFamily.Ratio] = ParameterValue.Of(ratio),
        [CompressedSensingFamily.Transform] = ParameterValue.Of(transform),
    }) with { Seed = seed };

    public static OperatorSpec Clip(double gain) => Spec(HdrClipFamily.Name, new() { [HdrClipFamily.Gain] = ParameterValue.Of(gain) });

    public static OperatorSpec BlurLight(double std, double gamma, int size = 61) => Spec(NonlinearBlurFamily.Name, new()
    {
        [NonlinearBlurFamily.Std] = ParameterValue.Of(std),
        [NonlinearBlurFamily.Gamma] = ParameterValue.Of(gamma),
        [NonlinearBlurFamily.KernelSize] = ParameterValue.Of(size),
    });

    public static OperatorSpec Magnitudes(string range, double oversample = 2) => Spec(PhaseRetrievalFamily.Name, new()
    {
        [PhaseRetrievalFamily.InputRange] = ParameterValue.Of(range),
        [PhaseRetrievalFamily.Oversample] = ParameterValue.Of(oversample),
    });

    public static OperatorMask SoftMask() => new(40, 32, [.. Enumerable.Range(0, 40 * 32).Select(i => (i % 5) / 4f)]);

    public static ILinearForwardOperator Bind(OperatorSpec[] rows, PictureShape picture) =>
        (ILinearForwardOperator)OperatorFamilies.Find(rows[0].Name)!.Bind(rows, picture, CPU);

    public static Tensor Normal(long[] shape, ulong seed)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        new CounterNoise(seed).FillNormal(NoisePurpose.Inner, timestep: 0, draw: 0, values);
        return tensor(values, shape);
    }

    private static OperatorSpec Spec(string family, Dictionary<string, ParameterValue> values)
    {
        List<FieldViolation> violations = [];
        var parameters = ParameterSet.Resolve(OperatorFamilies.Find(family)!.Descriptor.Parameters, values, "parameters", violations);
        Assert.Empty(violations);
        return new OperatorSpec(family, parameters);
    }
}
