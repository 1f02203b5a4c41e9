using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Server.Errors;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.Requests;

public sealed class RequestMapperTests
{
    private readonly MapperScene _scene = new();

    [Fact]
    public void Map_FineRequest_KeepsEveryChoice()
    {
        var request = MapperScene.Fine();
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = 300, Correction = 0.5 };
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 50, DdimEta = 0.25 };
        request.Progress = new V1.ProgressOptions { EverySteps = 3, IncludeLatent = true, Preview = V1.PreviewKind.Decoded, IncludeDecodedMean = true };
        request.Output = new V1.OutputOptions { IncludeLatent = true, Format = V1.PictureFormat.Tensor };
        request.Compatibility = V1.Compatibility.Official;

        var mapped = _scene.Map(request);

        Assert.Equal(7ul, mapped.Request.Seed);
        Assert.Equal(300, mapped.Request.Adaptation.StartTimestep);
        Assert.Equal(0.5, mapped.Request.Adaptation.Correction);
        Assert.Equal(new SamplingSpec(SamplerKind.Ddim, 50, 0.25), mapped.Request.Sampling);
        Assert.Equal(new ProgressOptions { EverySteps = 3, IncludeLatent = true, Preview = PreviewMode.Decoded, IncludeDecodedMean = true }, mapped.Request.Progress);
        Assert.True(mapped.Request.IncludeLatent);
        Assert.Equal(V1.PictureFormat.Tensor, mapped.Format.ResultFormat);
        Assert.Equal(Compatibility.Official, mapped.Request.Compatibility);
        Assert.Equal(Compatibility.Official, mapped.Request.Operator!.Spec.Compatibility);
        Assert.Equal(0.1, mapped.Request.Operator.NoiseStd, 12);
    }

    [Fact]
    public void Map_UnclippedMeasurement_GoesToTheInternalRangeUnclipped()
    {
        var request = MapperScene.Fine();
        request.Measurement = MapperScene.TensorPicture(MapperScene.Side, MapperScene.Side, 1.25f);

        var mapped = _scene.Map(request);

        Assert.All(mapped.Request.Measurement.Values, value => Assert.Equal(1.5f, value));
        Assert.Empty(mapped.Notices);
    }

    [Fact]
    public void Map_NoSeed_ServerChoosesAnotherEachTime()
    {
        var request = MapperScene.Fine();
        request.ClearSeed();

        Assert.NotEqual(_scene.Map(request).Request.Seed, _scene.Map(request).Request.Seed);
    }

    [Fact]
    public void Map_FileAndNoNoiseStd_SaysSoInNotices()
    {
        var request = MapperScene.Fine();
        request.Measurement = MapperScene.FilePicture(MapperScene.Side, MapperScene.Side);
        request.Operator.ClearNoiseStd();

        var mapped = _scene.Map(request);

        Assert.Equal(["MEASUREMENT_CLIPPED", "NOISE_STD_ASSUMED"], mapped.Notices.Select(notice => notice.Code));
        Assert.Equal(0.1, mapped.Request.Operator!.NoiseStd, 12);
    }

    [Fact]
    public void Map_SuperResolution_PictureIsTheEnlargement()
    {
        var request = MapperScene.Fine();
        request.Measurement = MapperScene.TensorPicture(8, 16);
        request.Operator = new V1.ForwardOperator { Name = "super_resolution", Parameters = { ["scale"] = new V1.ParameterValue { Number = 4 } } };

        var mapped = _scene.Map(request);

        Assert.Equal(new PictureShape(32, 64), mapped.Request.Picture);
        Assert.Equal([3, 8, 16], mapped.Request.Measurement.Shape);
    }

    [Fact]
    public void Map_SolverWithoutNeeds_RunsWithoutOperator()
    {
        var request = MapperScene.Fine();
        request.Operator = null;
        request.Solver = new V1.SolverChoice { Name = "FREE" };

        var mapped = _scene.Map(request);

        Assert.Null(mapped.Request.Operator);
        Assert.Equal("free", mapped.Solver.Name);
    }

    [Fact]
    public void Map_ManyFaults_ReportsAllAtOnceAndStartsNothing()
    {
        var request = MapperScene.Fine();
        request.Measurement = new V1.Picture();
        request.Operator.NoiseStd = double.NaN;
        request.Operator.Parameters["std"] = new V1.ParameterValue { Number = -1 };
        request.Operator.Parameters["wrong"] = new V1.ParameterValue { Number = 1 };
        request.Solver = new V1.SolverChoice { Name = "free", Parameters = { ["rounds"] = new V1.ParameterValue { Number = 1.5 }, ["style"] = new V1.ParameterValue() } };
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, SeverityMultiplier = 2 };
        request.Sampling = new V1.Sampling { DdimSteps = 5, DdimEta = 0.5 };
        request.Progress = new V1.ProgressOptions { EverySteps = -1, PreviewSize = 5, LatentDataType = V1.DataType.Uint8, PreviewFormat = (V1.PictureFormat)99 };
        request.Output = new V1.OutputOptions { Format = (V1.PictureFormat)98 };
        request.Compatibility = (V1.Compatibility)9;

        var refusal = _scene.Refusal(request);

        Assert.Equal(StatusCode.InvalidArgument, refusal.Code);
        Assert.Equal(ErrorReasons.InvalidRequest, refusal.Reason);
        Assert.Equal(
            [
                "adaptation.fixed", "adaptation.severity_multiplier", "compatibility", "measurement", "operator.noise_std", "operator.parameters.std",
                "operator.parameters.wrong", "output.format", "progress.every_steps", "progress.latent_data_type", "progress.preview_format",
                "progress.preview_size", "sampling.ddim_eta", "sampling.ddim_steps", "solver.parameters.rounds", "solver.parameters.style",
            ],
            refusal.Violations.Select(violation => violation.Field).Order(StringComparer.Ordinal));
        Assert.All(refusal.Violations, violation => Assert.Contains(violation.Description, refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Map_UnknownNames_AreNotFoundWithWhatIsKnown()
    {
        var request = MapperScene.Fine();
        request.Model = "nobody";
        request.Solver = new V1.SolverChoice { Name = "nothing" };
        request.Operator.Name = "nowhere";
        request.Sampling = new V1.Sampling { Sampler = (V1.Sampler)7 };

        var refusal = _scene.Refusal(request);

        Assert.Equal(StatusCode.NotFound, refusal.Code);
        Assert.Equal(ErrorReasons.UnknownName, refusal.Reason);
        Assert.Equal([("model", "nobody"), ("operator", "nowhere"), ("solver", "nothing")], refusal.Missing.Select(missing => (missing.Type, missing.Name)));
        Assert.Contains("gaussian_blur", refusal.Missing[1].Description, StringComparison.Ordinal);
        Assert.Equal(["model", "operator.name", "solver.name", "sampling.sampler"], refusal.Violations.Select(violation => violation.Field));
    }

    [Fact]
    public void Map_UnknownVersion_NamesModelVersion()
    {
        var request = MapperScene.Fine();
        request.ModelVersion = "9";

        var refusal = _scene.Refusal(request);

        Assert.Equal(StatusCode.NotFound, refusal.Code);
        Assert.Equal("model_version", Assert.Single(refusal.Violations).Field);
    }

    [Theory]
    [InlineData("broken", "", "Its weights are gone.")]
    [InlineData("", "torn", "The SHA-256 is wrong.")]
    public void Map_FailedModelOrSolver_IsAPreconditionWithItsReason(string model, string solver, string reason)
    {
        var request = MapperScene.Fine();
        request.Model = model;
        request.Solver = new V1.SolverChoice { Name = solver };

        var refusal = _scene.Refusal(request);

        Assert.Equal(StatusCode.FailedPrecondition, refusal.Code);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(refusal.Precondition);
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(65, 32)]
    [InlineData(32, 72)]
    public void Map_SizeOutsideTheModelsLimits_IsRefusedWithThem(int height, int width)
    {
        var request = MapperScene.Fine();
        request.Measurement = MapperScene.TensorPicture(height, width);

        var refusal = _scene.Refusal(request);

        Assert.Contains(refusal.Violations, violation => violation.Field.StartsWith("measurement", StringComparison.Ordinal));
        Assert.Contains("64", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_SuperResolutionOfALargePicture_IsRefusedWithTheModelsLimit()
    {
        var request = MapperScene.Fine();
        request.Operator = new V1.ForwardOperator { Name = "super_resolution", Parameters = { ["scale"] = new V1.ParameterValue { Number = 4 } } };

        Assert.Contains("128x128", Assert.Single(_scene.Refusal(request).Violations).Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_SolverNeedsAnOperatorAndNoneCame_IsRefused()
    {
        var request = MapperScene.Fine();
        request.Operator = null;

        Assert.Equal(["operator"], _scene.Fields(request));
    }

    [Fact]
    public void Map_AdjointOfANonlinearOperator_IsRefused()
    {
        var request = MapperScene.Fine();
        request.Operator = new V1.ForwardOperator { Name = "nonlinear" };
        request.Solver = new V1.SolverChoice { Name = "adjoint" };

        Assert.Equal(["operator.name"], _scene.Fields(request));
    }

    [Fact]
    public void Map_WhatTheSolverItselfObjectsTo_IsReportedWithTheRest()
    {
        var request = MapperScene.Fine();
        request.Solver = new V1.SolverChoice { Name = "free", Parameters = { ["strength"] = new V1.ParameterValue { Number = 0.75 } } };
        request.Output = new V1.OutputOptions { Format = (V1.PictureFormat)98 };

        Assert.Equal(["output.format", "solver.parameters.strength"], _scene.Fields(request));
    }
}
