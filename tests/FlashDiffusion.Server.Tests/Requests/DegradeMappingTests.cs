namespace FlashDiffusion.Server.Tests.Requests;

public sealed class DegradeMappingTests
{
    private readonly MapperScene _scene = new();

    [Fact]
    public void Map_Crop_TakesTheMiddle()
    {
        var request = new V1.DegradeRequest { Picture = MapperScene.FilePicture(40, 50), Operator = new V1.ForwardOperator { Name = "denoising" }, Crop = 32, Seed = 5 };

        Assert.True(_scene.Mapper.Map(request, _scene.Context).TryGet(out var mapped, out _));

        Assert.Equal([3, 32, 32], mapped.Request.Picture.Shape);
        Assert.Equal(5ul, mapped.Request.Seed);
        Assert.Equal((32, 32), (mapped.Clean.Height, mapped.Clean.Width));
    }

    public static TheoryData<V1.DegradeRequest, string[]> Faults => new()
    {
        { new V1.DegradeRequest(), ["operator", "picture"] },
        { new V1.DegradeRequest { Picture = MapperScene.TensorPicture(32, 32), Operator = new V1.ForwardOperator { Name = "denoising" }, Crop = 64 }, ["crop"] },
        { new V1.DegradeRequest { Picture = MapperScene.TensorPicture(32, 32), Operator = new V1.ForwardOperator { Name = "denoising" }, Crop = -1 }, ["crop"] },
        { new V1.DegradeRequest { Picture = MapperScene.TensorPicture(96, 32), Operator = new V1.ForwardOperator { Name = "denoising" } }, ["picture"] },
        {
            new V1.DegradeRequest { Picture = MapperScene.TensorPicture(30, 32), Operator = new V1.ForwardOperator { Name = "super_resolution", NoiseStd = -1 } },
            ["operator.noise_std", "operator.parameters.scale"]
        },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Map_Fault_IsReportedAtItsField(V1.DegradeRequest request, string[] fields)
    {
        Assert.False(_scene.Mapper.Map(request, _scene.Context).TryGet(out _, out var error));

        Assert.Equal(fields, error.Violations.Select(violation => violation.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Map_SeverityWithoutEncoder_NamesThoseThatExist()
    {
        var request = new V1.EstimateSeverityRequest { Measurement = MapperScene.TensorPicture(32, 32), Operator = new V1.ForwardOperator { Name = "denoising" } };

        Assert.False(_scene.Mapper.Map(request, _scene.Context).TryGet(out _, out var error));

        var violation = Assert.Single(error.Violations);
        Assert.Equal("operator.name", violation.Field);
        Assert.Contains("gaussian_blur", violation.Description, StringComparison.Ordinal);
    }
}
