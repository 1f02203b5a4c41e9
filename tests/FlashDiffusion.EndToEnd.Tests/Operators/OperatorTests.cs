using FlashDiffusion.Client;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Pictures.Codecs;

namespace FlashDiffusion.EndToEnd.Tests.Operators;

/// <summary>Every operator of the catalog against a real server: a photograph is degraded and reconstructed in a few steps.</summary>
[Collection(ServerCollection.Name)]
public sealed class OperatorTests(SharedServer shared)
{
    private const int Side = 64;
    private const int StartTimestep = 20;

    public static TheoryData<string> Names =>
    [
        "compressed_sensing", "decolorisation", "denoising", "gaussian_blur", "good_operator", "hdr_clip", "inpainting", "kernel_blur", "motion_blur",
        "nonlinear_blur", "phase_retrieval", "super_resolution",
    ];

    private RunningServer Server => shared.Server;

    [Fact]
    public async Task Names_AreTheWholeCatalog()
    {
        var answer = await Server.Catalog.ListOperatorsAsync(new V1.ListOperatorsRequest(), Requests.Call);

        Assert.Equal(Names.Select(row => row.Data), answer.Operators.Select(forward => forward.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task DegradeAndReconstruct_FixedStart_GivesAPictureAndEchoesTheOperator(string name)
    {
        var degraded = await Server.Reconstruction.DegradeAsync(
            new V1.DegradeRequest { Picture = Requests.Photograph(Side, Side), Operator = Forward(name), Seed = 11 }, Requests.Call);
        var events = await Requests.ReconstructAsync(Server, Reconstruction(name, degraded));

        var accepted = events[0].Accepted;
        var result = events[^1].Result;
        Assert.Equal("FIXED", accepted.Adaptation);
        Assert.True(PictureCodec.Decode(result.Picture.Encoded.Span).TryGet(out var picture, out var refusal), refusal?.Message);
        Assert.Equal((Side, Side), (picture.Height, picture.Width));
        foreach (var echo in new[] { degraded.Operator, accepted.Operator, result.Operator })
        {
            Assert.Equal((name, 0.03, 0.06), (echo.Name, echo.NoiseStdUnit, echo.NoiseStdSigned));
            Assert.Equal(degraded.Measurement.Tensor.Shape, echo.MeasurementShape);
            Assert.Equal(9ul, echo.Seed);
        }

        Assert.True(double.IsFinite(result.Residual) && result.Residual > 0, $"residual {result.Residual}");
        Keep($"{name}.png", degraded.Preview.Encoded.ToByteArray());
        Keep($"{name}-result.png", result.Picture.Encoded.ToByteArray());
    }

    [Theory]
    [InlineData("compressed_sensing")]
    [InlineData("phase_retrieval")]
    [InlineData("decolorisation")]
    [InlineData("motion_blur")]
    public async Task DegradeAndReconstruct_SizeThatIsNoMultiple_ActsOnTheCallersPicture(string name)
    {
        var degraded = await Server.Reconstruction.DegradeAsync(
            new V1.DegradeRequest { Picture = Requests.Photograph(41, 55), Operator = Forward(name), Seed = 11 }, Requests.Call);
        var events = await Requests.ReconstructAsync(Server, Reconstruction(name, degraded));

        Assert.True(PictureCodec.Decode(events[^1].Result.Picture.Encoded.Span).TryGet(out var picture, out _));
        Assert.Equal((41, 55), (picture.Height, picture.Width));
    }

    [Fact]
    public async Task Reconstruct_AutoWithoutASeverityEncoder_FallsBackToFullAndSaysSo()
    {
        var degraded = await Server.Reconstruction.DegradeAsync(
            new V1.DegradeRequest { Picture = Requests.Photograph(Side, Side), Operator = Forward("decolorisation"), Seed = 11 }, Requests.Call);
        var request = Reconstruction("decolorisation", degraded);
        (request.Adaptation, request.Sampling) = (null, new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 4 });

        var accepted = (await Requests.ReconstructAsync(Server, request))[0].Accepted;

        Assert.Equal("FULL", accepted.Adaptation);
        Assert.Contains(accepted.Notices, notice => notice.Message.Contains("severity encoder", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>To look at: where FLASH_KEEP names a folder.</summary>
    private static void Keep(string file, byte[] bytes)
    {
        if (Environment.GetEnvironmentVariable("FLASH_KEEP") is { Length: > 0 } folder)
        {
            File.WriteAllBytes(Path.Combine(folder, file), bytes);
        }
    }

    // The noise is said on [-1, 1] here, as DPS would.
    private static V1.ForwardOperator Forward(string name)
    {
        var forward = new V1.ForwardOperator { Name = name, Seed = 9, NoiseStd = 0.06, NoiseRange = V1.NoiseRange.Signed };
        switch (name)
        {
            case "gaussian_blur":
                forward.Parameters["std"] = new V1.ParameterValue { Number = 1.5 };
                break;
            case "motion_blur":
                forward.Parameters["kernel_size"] = new V1.ParameterValue { Number = 31 };
                break;
            case "kernel_blur":
                // Five pixels along a diagonal.
                forward.Kernel = TensorValues.ToTensor([.. Enumerable.Range(0, 25).Select(i => i % 6 == 0 ? 1f : 0f)], 5, 5);
                break;
        }

        return forward;
    }

    private static V1.ReconstructRequest Reconstruction(string name, V1.DegradeResponse degraded)
    {
        var request = new V1.ReconstructRequest
        {
            Measurement = degraded.Measurement,
            Operator = Forward(name),
            Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = StartTimestep },
            Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 100 },
            Seed = 3,
        };
        request.Operator.PictureSize = degraded.Operator.PictureSize;
        return request;
    }
}
