using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Server.Answers;
using Google.Protobuf;

namespace FlashDiffusion.Server.Tests.Requests;

/// <summary>What operators bring beyond numbers: kernels, sizes, noise in two conventions, measurements that are no colour pictures.</summary>
public sealed class OperatorMappingTests
{
    private const int Side = MapperScene.Side;
    private readonly MapperScene _scene = new();

    public static TheoryData<string, V1.ForwardOperator, string[]> Faults => new()
    {
        { "no kernel", Kernel(null), ["operator.kernel"] },
        { "kernel of three axes", Kernel(Tensor(new float[3], 1, 1, 3)), ["operator.kernel.shape"] },
        { "empty kernel", Kernel(Tensor([], 0, 3)), ["operator.kernel.shape"] },
        { "kernel of NaN", Kernel(Tensor([1, float.NaN, 1], 1, 3)), ["operator.kernel.data"] },
        { "kernel of infinity", Kernel(Tensor([1, float.PositiveInfinity, 1], 1, 3)), ["operator.kernel.data"] },
        { "kernel of too few bytes", Kernel(Tensor(new float[3], 3, 3)), ["operator.kernel.data"] },
        { "kernel of bytes", Kernel(new V1.Tensor { DataType = V1.DataType.Uint8, Shape = { 1, 1 }, Data = ByteString.CopyFrom(1) }), ["operator.kernel.data_type"] },
        { "kernel beyond the limit", Kernel(Tensor(new float[128], 1, 128)), ["operator.kernel.shape"] },
        { "kernel beyond the picture", Kernel(Tensor([.. Enumerable.Repeat(1f, 64)], 1, 64)), ["operator.kernel"] },
        { "kernel that sums to nothing", Kernel(Tensor([1, -2, 1], 1, 3)), ["operator.kernel"] },
        { "kernel for an operator without", new V1.ForwardOperator { Name = "denoising", Kernel = Tensor([1], 1, 1) }, ["operator.kernel"] },
        { "noise above the unit range", new V1.ForwardOperator { Name = "denoising", NoiseStd = 1.5 }, ["operator.noise_std"] },
        { "noise above the signed range", new V1.ForwardOperator { Name = "denoising", NoiseStd = 2.5, NoiseRange = V1.NoiseRange.Signed }, ["operator.noise_std"] },
        { "unknown range", new V1.ForwardOperator { Name = "denoising", NoiseRange = (V1.NoiseRange)9 }, ["operator.noise_range"] },
        { "failed operator", new V1.ForwardOperator { Name = "torn" }, ["operator.name"] },
        { "no size", new V1.ForwardOperator { Name = "denoising", PictureSize = new V1.PictureSize() }, ["operator.picture_size.height", "operator.picture_size.width"] },
        { "size beyond the limit", new V1.ForwardOperator { Name = "denoising", PictureSize = new V1.PictureSize { Height = Side, Width = int.MaxValue } }, ["operator.picture_size.width"] },
        { "another size", new V1.ForwardOperator { Name = "denoising", PictureSize = new V1.PictureSize { Height = Side, Width = Side / 2 } }, ["measurement"] },
        {
            "everything at once",
            new V1.ForwardOperator
            {
                Name = "motion_blur", NoiseStd = -1, NoiseRange = (V1.NoiseRange)9, Kernel = Tensor([1], 1, 1), PictureSize = new V1.PictureSize { Height = -1, Width = 1 },
                Parameters = { ["intensity"] = new V1.ParameterValue { Number = 2 } },
            },
            ["operator.kernel", "operator.noise_range", "operator.noise_std", "operator.parameters.intensity", "operator.picture_size.height"]
        },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Map_Fault_IsReportedAtItsField(string fault, V1.ForwardOperator forward, string[] fields)
    {
        var request = MapperScene.Fine();
        request.Operator = forward;

        Assert.Equal(fields, _scene.Fields(request).Order(StringComparer.Ordinal));
        Assert.NotEmpty(fault);
    }

    [Theory]
    [InlineData(V1.NoiseRange.Unspecified, 0.05, 0.1)]
    [InlineData(V1.NoiseRange.Unit, 0.05, 0.1)]
    [InlineData(V1.NoiseRange.Signed, 0.05, 0.05)]
    [InlineData(V1.NoiseRange.Signed, 2.0, 2)]
    [InlineData(V1.NoiseRange.Signed, null, 0.1)]
    public void Map_Noise_IsReadInItsConventionAndEchoedInBoth(V1.NoiseRange range, double? said, double signed)
    {
        var request = MapperScene.Fine();
        request.Operator = new V1.ForwardOperator { Name = "denoising", NoiseRange = range };
        if (said is { } std)
        {
            request.Operator.NoiseStd = std;
        }

        var mapped = _scene.Map(request).Request;

        Assert.Equal(signed, mapped.Operator!.NoiseStd, 1e-12);
        var echo = OperatorWriter.Write(mapped.Operator, mapped.Picture)!;
        Assert.Equal((signed, signed / 2), (echo.NoiseStdSigned, echo.NoiseStdUnit));
    }

    [Fact]
    public void Map_Kernel_ComesThroughHalvesToo()
    {
        var request = MapperScene.Fine();
        byte[] halves = [.. new[] { 1f, 2f, 1f }.SelectMany(value => BitConverter.GetBytes((Half)value))];
        request.Operator = Kernel(new V1.Tensor { DataType = V1.DataType.Float16, Shape = { 3, 1 }, Data = ByteString.CopyFrom(halves) });

        var kernel = _scene.Map(request).Request.Operator!.Spec.Kernel!;

        Assert.Equal((3, 1), (kernel.Height, kernel.Width));
        Assert.Equal([1f, 2f, 1f], kernel.Values);
    }

    [Fact]
    public void Map_GreyMeasurement_ComesAsATensorOfOneChannelOrAsAFile()
    {
        var request = MapperScene.Fine();
        request.Operator = new V1.ForwardOperator { Name = "decolorisation" };
        request.Measurement = new V1.Picture { Tensor = Tensor([.. Enumerable.Repeat(0.75f, Side * Side)], 1, Side, Side) };
        var tensor = _scene.Map(request).Request;
        request.Measurement = MapperScene.FilePicture(Side, Side);
        var file = _scene.Map(request).Request;

        Assert.Equal([1, Side, Side], tensor.Measurement.Shape);
        Assert.All(tensor.Measurement.Values, value => Assert.Equal(0.5f, value));
        Assert.Equal([1, Side, Side], file.Measurement.Shape);
        Assert.All(file.Measurement.Values, value => Assert.Equal(-0.2f, value, 0.01f));
        Assert.Equal(new PictureShape(Side, Side), file.Picture);
    }

    [Fact]
    public void Map_ColourMeasurementOfAGreyOperator_IsRefused()
    {
        var request = MapperScene.Fine();
        request.Operator = new V1.ForwardOperator { Name = "decolorisation" };

        Assert.Equal(["measurement"], _scene.Fields(request));
    }

    [Fact]
    public void Map_Coefficients_ArePassedAsTheyAreForTheStatedSize()
    {
        var request = Sensing([.. Enumerable.Repeat(-40f, 3 * 512)], 3, 512);

        var mapped = _scene.Map(request).Request;

        Assert.Equal([3, 512], mapped.Measurement.Shape);
        Assert.All(mapped.Measurement.Values, value => Assert.Equal(-40f, value));
        Assert.Equal(new PictureShape(Side, Side), mapped.Picture);
        var echo = OperatorWriter.Write(mapped.Operator, mapped.Picture)!;
        Assert.Equal((V1.MeasurementRange.Signed, 3L * 512, Side), (echo.MeasurementRange, echo.MeasurementCount, echo.PictureSize.Height));
        Assert.Equal(0.5, echo.Parameters["ratio"].Number);
        Assert.Equal("dct", echo.Parameters["transform"].Text);
    }

    [Fact]
    public void Map_CoefficientsWithFaults_AreReportedAtTheirFields()
    {
        var unsized = Sensing(new float[3 * 512], 3, 512);
        unsized.Operator.PictureSize = null;
        var few = Sensing(new float[3 * 511], 3, 511);
        var absurd = Sensing([.. Enumerable.Repeat(1e30f, 3 * 512)], 3, 512);
        var file = Sensing(new float[3 * 512], 3, 512);
        file.Measurement = MapperScene.FilePicture(Side, Side);
        var flat = Sensing(new float[16], 1, 1, 1, 1, 16);
        var huge = Sensing(new float[3 * 512], 3, 512);
        huge.Operator.PictureSize = new V1.PictureSize { Height = 1 << 20, Width = 1 << 20 };

        Assert.Equal(["operator.picture_size"], _scene.Fields(unsized));
        Assert.Equal(["measurement"], _scene.Fields(few));
        Assert.Equal(["measurement.tensor.data"], _scene.Fields(absurd));
        Assert.Equal(["measurement.encoded"], _scene.Fields(file));
        Assert.Equal(["measurement.tensor.shape"], _scene.Fields(flat));
        Assert.Equal(["operator.picture_size.height", "operator.picture_size.width"], _scene.Fields(huge));
    }

    [Fact]
    public void Map_DegradeOfAnotherSizeThanStated_IsRefused()
    {
        var request = new V1.DegradeRequest
        {
            Picture = MapperScene.TensorPicture(Side, Side),
            Operator = new V1.ForwardOperator { Name = "compressed_sensing", PictureSize = new V1.PictureSize { Height = 8, Width = 8 } },
        };

        Assert.False(_scene.Mapper.Map(request, _scene.Context).TryGet(out _, out var error));

        Assert.Equal(["operator.picture_size"], error.Violations.Select(violation => violation.Field));
    }

    [Fact]
    public void WriteMeasurement_OfAPicture_IsOnTheUnitRangeAndValuesStayAsTheyAre()
    {
        var measurement = new HostTensor([-1, 0, 3], [3, 1, 1]);

        Assert.Equal([0f, 0.5f, 2f], Floats(OperatorWriter.WriteMeasurement(measurement, MeasurementKind.Picture)));
        Assert.Equal([-1f, 0f, 3f], Floats(OperatorWriter.WriteMeasurement(measurement, MeasurementKind.Values)));
    }

    private static float[] Floats(V1.Picture picture) =>
        [.. Enumerable.Range(0, picture.Tensor.Data.Length / 4).Select(i => BitConverter.ToSingle(picture.Tensor.Data.Span[(4 * i)..]))];

    private static V1.ForwardOperator Kernel(V1.Tensor? kernel) => new() { Name = "kernel_blur", Kernel = kernel };

    private static V1.ReconstructRequest Sensing(float[] values, params long[] shape)
    {
        var request = MapperScene.Fine();
        request.Measurement = new V1.Picture { Tensor = Tensor(values, shape) };
        request.Operator = new V1.ForwardOperator { Name = "compressed_sensing", PictureSize = new V1.PictureSize { Height = Side, Width = Side } };
        return request;
    }

    private static V1.Tensor Tensor(float[] values, params long[] shape)
    {
        var tensor = new V1.Tensor { Data = ByteString.CopyFrom([.. values.SelectMany(BitConverter.GetBytes)]) };
        tensor.Shape.AddRange(shape);
        return tensor;
    }
}
