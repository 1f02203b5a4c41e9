using FlashDiffusion.Models.Operators.CompressedSensing;
using FlashDiffusion.Models.Operators.Inpainting;
using FlashDiffusion.Models.Operators.SuperResolution;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators;

public sealed class OperatorFamilyTests
{
    private static readonly PictureShape Picture = new(40, 32);

    public static TheoryData<string, OperatorSpec> BadSpecs => new()
    {
        { "parameters.kernel_size", OperatorBatches.Blur(1, 14) },
        { "parameters.kernel_size", OperatorBatches.Blur(1, 65) },
        { "parameters.scale", OperatorBatches.Reduce(3, SuperResolutionFamily.Bicubic) },
        { "mask", OperatorBatches.User() with { Mask = null } },
        { "mask", OperatorBatches.User(new OperatorMask(32, 40, OperatorBatches.SoftMask().Values)) },
        { "mask", OperatorBatches.User(new OperatorMask(40, 32, [.. new float[7]])) },
        { "mask", OperatorBatches.User(new OperatorMask(40, 32, OperatorBatches.SoftMask().Values.SetItem(3, float.NaN))) },
        { "mask", OperatorBatches.User(new OperatorMask(40, 32, OperatorBatches.SoftMask().Values.SetItem(3, 1.5f))) },
        { "mask", OperatorBatches.User(new OperatorMask(40, 32, [.. new float[40 * 32]])) },
        { "mask", OperatorBatches.Random(0.5, 1) with { Mask = OperatorBatches.SoftMask() } },
        { "parameters.box_height", OperatorBatches.Box(41, 10, -1, -1) },
        { "parameters.box_width", OperatorBatches.Box(10, 10, 0, 23) },
        { "parameters.mask_type", OperatorBatches.Box(40, 32, 0, 0) },
        { "kernel", OperatorBatches.Kernel(null) },
        { "kernel", OperatorBatches.Kernel(new OperatorKernel(3, 3, [1, 2, 3])) },
        { "kernel", OperatorBatches.Kernel(new OperatorKernel(128, 1, [.. new float[128]])) },
        { "kernel", OperatorBatches.Kernel(1, 64, 1) },
        { "kernel", OperatorBatches.Kernel(new OperatorKernel(1, 3, [1, float.NaN, 1])) },
        { "kernel", OperatorBatches.Kernel(new OperatorKernel(1, 3, [1, -2, 1])) },
        { "kernel", OperatorBatches.Kernel(new OperatorKernel(2, 2, [0, 0, 0, 0])) },
        { "parameters.kernel_size", OperatorBatches.Motion(10, 0.5, 60, 1) },
        { "parameters.kernel_size", OperatorBatches.Motion(10, 0.5, 65, 1) },
        { "parameters.length", OperatorBatches.Motion(21, 0.5, 21, 1) },
        { "parameters.kernel_size", OperatorBatches.BlurLight(1, 2.2, 65) },
        { "parameters.transform", OperatorBatches.Sense(0.5, CompressedSensingFamily.Hadamard, 1) },
    };

    [Theory]
    [MemberData(nameof(BadSpecs))]
    public void Plan_ImpossibleSpecification_NamesTheField(string field, OperatorSpec spec)
    {
        var plan = OperatorFamilies.Find(spec.Name)!.Plan(spec, Picture);
        Assert.Equal(field, Assert.Single(plan.Violations).Field);
    }

    [Fact]
    public void Plan_BoxTooLargeBothWays_NamesBothSides()
    {
        var spec = OperatorBatches.Box(50, 50, 0, 0);
        Assert.Equal(["parameters.box_height", "parameters.box_width"], OperatorFamilies.Find(spec.Name)!.Plan(spec, Picture).Violations.Select(v => v.Field));
    }

    [Fact]
    public void Plan_OtherStructure_HasAnotherKey()
    {
        OperatorSpec[] specs =
        [
            OperatorBatches.Reduce(2, SuperResolutionFamily.Bicubic), OperatorBatches.Reduce(4, SuperResolutionFamily.Bicubic),
            OperatorBatches.Blur(1, 61), OperatorBatches.Blur(1, 61) with { Compatibility = Compatibility.Official }, OperatorBatches.Denoising(),
        ];
        Assert.Equal(specs.Length, specs.Select(spec => OperatorFamilies.Find(spec.Name)!.Plan(spec, Picture).StructuralKey).Distinct().Count());
    }

    [Fact]
    public void Find_UnknownName_GivesNothing() => Assert.Null(OperatorFamilies.Find("gaussian"));

    [Fact]
    public void RandomMask_OneSeed_IsNestedAndRemovesItsShare()
    {
        var shape = new PictureShape(100, 100);
        var few = PixelMasks.Random(shape, 0.3, seed: 5).Values;
        var many = PixelMasks.Random(shape, 0.7, seed: 5).Values;
        Assert.All(few.Zip(many), pair => Assert.True(pair.First >= pair.Second));
        Assert.InRange(few.Average(), 0.675, 0.725);
        Assert.InRange(many.Average(), 0.275, 0.325);
        Assert.NotEqual(few, PixelMasks.Random(shape, 0.3, seed: 6).Values);
    }

    [Fact]
    public void Inpainting_RemovedPixels_AreIgnoredWhateverWasSentAndBlackForTheSeverityEncoder()
    {
        using var scope = NewDisposeScope();
        using var op = OperatorBatches.Bind([OperatorBatches.Random(0.5, 1)], Picture);
        var x = OperatorBatches.Normal(Picture.Batch(1), 1);
        var y = op.Forward(x);
        var removed = y.eq(0);
        var sent = y.masked_fill(removed, float.NaN);
        Assert.True(op.Consistent(sent).Equals(y));
        var image = op.ToImage(sent);
        Assert.True(image.masked_select(removed).eq(-1).all().item<bool>());
        Assert.True(image.masked_select(removed.logical_not()).allclose(x.masked_select(removed.logical_not()), atol: 1e-6));
    }

    [Fact]
    public void Official_Inpainting_KeepsNoiseOnRemovedPixelsAndMapsThemToMinusOne()
    {
        using var scope = NewDisposeScope();
        using var op = OperatorBatches.Bind([OperatorBatches.Random(0.5, 1) with { Compatibility = Compatibility.Official }], Picture);
        var x = OperatorBatches.Normal(Picture.Batch(1), 1);
        Assert.InRange(op.Forward(x).eq(-1).to(ScalarType.Float32).mean().item<float>(), 0.45f, 0.55f);
        Assert.True(op.Consistent(x).Equals(x));
        Assert.True(op.ToImage(x).Equals(x));
    }

    [Fact]
    public void Forward_WorkOnTheResult_LeavesTheArgumentAlone()
    {
        using var scope = NewDisposeScope();
        using var op = OperatorBatches.Bind([OperatorBatches.Denoising()], Picture);
        var x = OperatorBatches.Normal(Picture.Batch(1), 1);
        var before = x.clone();
        op.Forward(x).add_(1);
        op.Adjoint(x).add_(1);
        op.Consistent(x).add_(1);
        op.ToImage(x).add_(1);
        Assert.True(x.Equals(before));
    }
}
