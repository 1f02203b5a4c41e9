using FlashDiffusion.Models.Operators.Blur;
using FlashDiffusion.Models.Operators.Denoising;
using FlashDiffusion.Models.Operators.Inpainting;
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
