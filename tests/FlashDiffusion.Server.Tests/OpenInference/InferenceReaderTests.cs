using FlashDiffusion.Server.OpenInference;
using FlashDiffusion.Testing.Tools;
using Google.Protobuf;

namespace FlashDiffusion.Server.Tests.OpenInference;

public sealed class InferenceReaderTests
{
    [Theory]
    [InlineData("starter", "starter", "")]
    [InlineData("starter:psld", "starter", "psld")]
    [InlineData("", "", "")]
    public void Parse_Name_IsModelAndSolver(string name, string model, string solver)
    {
        var served = ServedName.Parse(name);

        Assert.Equal((model, solver), (served.Model, served.Solver));
        Assert.Equal(name, served.ToString());
    }

    [Fact]
    public void Read_Parameters_AreTheFieldsOfTheNativeRequest()
    {
        var message = WithElements();
        Set(message, "operator", new() { StringParam = "gaussian_blur" });
        Set(message, "operator.std", new() { DoubleParam = 1.5 });
        Set(message, "solver.guidance_scale", new() { StringParam = "2.5" });
        Set(message, "start_timestep", new() { Int64Param = 300 });
        Set(message, "priority", new() { Uint64Param = 1 });
        Set(message, "timeout", new() { Int64Param = 1_500_000 });
        Set(message, "seed", new() { Uint64Param = ulong.MaxValue });
        Set(message, "request_id", new() { StringParam = "mine" });
        Set(message, "on_disconnect", new() { StringParam = "detach" });
        Set(message, "result_lifetime", new() { Int64Param = 90 });
        Set(message, "preview_size", new() { Int64Param = 32 });

        Assert.True(InferenceReader.Read(message, streams: true).TryGet(out var call, out _));

        var request = call.Request;
        Assert.Equal(("gaussian_blur", 1.5), (request.Operator.Name, request.Operator.Parameters["std"].Number));
        Assert.Equal(2.5, request.Solver.Parameters["guidance_scale"].Number);
        Assert.Equal((V1.AdaptationMode.Fixed, 300), (request.Adaptation.Mode, request.Adaptation.StartTimestep));
        Assert.Equal((V1.Priority.High, TimeSpan.FromSeconds(1.5)), (request.Scheduling.Priority, request.Scheduling.QueueTimeout.ToTimeSpan()));
        Assert.Equal(ulong.MaxValue, request.Seed);
        Assert.Equal(("mine", V1.OnDisconnect.Detach, TimeSpan.FromSeconds(90)), (request.RequestId, request.OnDisconnect, request.ResultLifetime.ToTimeSpan()));
        Assert.Equal(32, request.Progress.PreviewSize);
    }

    [Fact]
    public void Names_AllAndNoOthers_AreListedWhereClientsLook()
    {
        var lines = File.ReadAllText(Path.Combine(Checkout.Root, "protos", "inference", "grpc_service.proto")).Split('\n').Where(line => line.StartsWith("  //   ", StringComparison.Ordinal));
        var listed = lines.SelectMany(line => line["  //   ".Length..].Split("  ", 2)[0].Split(", ")).Except(["operator.NAME", "solver.NAME"]);

        Assert.Equal(InferenceParameters.Names.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Read_SamplerBesideSteps_WinsHoweverTheMapIsSent()
    {
        var message = WithElements();
        Set(message, "sampler", new() { StringParam = "ddpm" });
        Set(message, "ddim_steps", new() { Int64Param = 20 });

        Assert.True(InferenceReader.Read(message, streams: false).TryGet(out var call, out _));

        Assert.Equal(V1.Sampler.Ddpm, call.Request.Sampling.Sampler);
    }

    [Fact]
    public void Read_TypedAndRawElements_AreTheSameTensor()
    {
        float[] values = [0, 0.5f, 1];
        var typed = Message();
        typed.Inputs[0].Contents = new Inference.InferTensorContents { Fp32Contents = { values } };
        var raw = Message();
        raw.RawInputContents.Add(ByteString.CopyFrom([.. values.SelectMany(BitConverter.GetBytes)]));

        Assert.True(InferenceReader.Read(typed, streams: false).TryGet(out var first, out _));
        Assert.True(InferenceReader.Read(raw, streams: false).TryGet(out var second, out _));

        Assert.Equal(first.Request.Measurement, second.Request.Measurement);
        Assert.Equal([3, 1, 1], first.Request.Measurement.Tensor.Shape);
    }

    [Fact]
    public void Read_EverythingWrong_SaysItAllAtOnce()
    {
        var message = Message();
        message.Inputs[0].Parameters["shared_memory_region"] = new Inference.InferParameter { StringParam = "region" };
        message.Inputs.Add(new Inference.ModelInferRequest.Types.InferInputTensor { Name = "nobody" });
        message.Outputs.Add(new Inference.ModelInferRequest.Types.InferRequestedOutputTensor { Name = "nothing" });
        Set(message, "no_such", new() { BoolParam = true });
        Set(message, "seed", new() { Int64Param = -1 });
        Set(message, "sampler", new() { StringParam = "1" });

        Assert.False(InferenceReader.Read(message, streams: false).TryGet(out _, out var error));

        Assert.Equal(
            ["inputs[0].contents", "inputs[0].parameters", "inputs[1].name", "outputs[0].name", "parameters[no_such]", "parameters[sampler]", "parameters[seed]"],
            error.Violations.Select(violation => violation.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Read_ParametersOfHttpsBinaryExtension_AreIgnoredAndNoOthers()
    {
        var message = WithRawElements();
        // What KServe's client sends over gRPC, too.
        message.Inputs[0].Parameters["binary_data_size"] = new Inference.InferParameter { Int64Param = 12 };
        message.Outputs.Add(new Inference.ModelInferRequest.Types.InferRequestedOutputTensor { Name = "picture" });
        message.Outputs[0].Parameters["binary_data"] = new Inference.InferParameter { BoolParam = true };
        Set(message, "binary_data_output", new() { BoolParam = true });

        Assert.True(InferenceReader.Read(message, streams: false).TryGet(out var call, out _));
        Assert.Equal([3, 1, 1], call.Request.Measurement.Tensor.Shape);

        message.Inputs[0].Parameters["shared_memory_offset"] = new Inference.InferParameter { Int64Param = 0 };
        message.Outputs[0].Parameters["classification"] = new Inference.InferParameter { Int64Param = 3 };
        Assert.False(InferenceReader.Read(message, streams: false).TryGet(out _, out var error));
        Assert.Equal(["inputs[0].parameters", "outputs[0].parameters"], error.Violations.Select(violation => violation.Field));
        Assert.Contains("but shared_memory_offset was sent; shared memory is not offered", error.Violations[0].Description, StringComparison.Ordinal);
        Assert.Contains("but classification was sent; shared memory and classification are not offered", error.Violations[1].Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UINT8")]
    [InlineData("BYTES")]
    public void Read_Checkpoint_GoesOnAsTheNativeRequestDoes(string datatype)
    {
        byte[] data = [1, 2, 3, 4, 5];
        var message = WithRawElements();
        message.Inputs.Add(Tensor("checkpoint", datatype, datatype == "BYTES" ? 1 : data.Length));
        message.RawInputContents.Add(ByteString.CopyFrom(datatype == "BYTES" ? [5, 0, 0, 0, .. data] : data));
        Set(message, "resume", new() { StringParam = Convert.ToBase64String([7, 8]) });
        Set(message, "require_exact", new() { BoolParam = true });
        Set(message, "checkpoint_every", new() { Int64Param = 4 });

        Assert.True(InferenceReader.Read(message, streams: true).TryGet(out var call, out _));

        Assert.Equal(new V1.ResumeFrom { Token = ByteString.CopyFrom(7, 8), Checkpoint = ByteString.CopyFrom(data), RequireExact = true }, call.Request.ResumeFrom);
        Assert.Equal(4, call.Request.Progress.CheckpointEverySteps);
        // The result alone can go on from one, too.
        message.Parameters.Remove("checkpoint_every");
        Assert.True(InferenceReader.Read(message, streams: false).TryGet(out var unary, out _));
        Assert.Equal(call.Request.ResumeFrom, unary.Request.ResumeFrom);
    }

    [Fact]
    public void Read_TypedCheckpoint_IsTheSameBytes()
    {
        var message = WithElements();
        message.Inputs.Add(Tensor("checkpoint", "UINT8", 1, 2));
        message.Inputs[1].Contents = new Inference.InferTensorContents { UintContents = { 9, 255 } };
        Set(message, "resume", new() { StringParam = "" });

        Assert.True(InferenceReader.Read(message, streams: true).TryGet(out var call, out _));

        Assert.Equal(ByteString.CopyFrom(9, 255), call.Request.ResumeFrom.Checkpoint);
    }

    [Theory]
    [InlineData("resume", "inputs")]
    [InlineData("checkpoint", "inputs[1].name")]
    [InlineData("require_exact", "parameters[require_exact]")]
    public void Read_PartOfAResume_SaysWhatIsMissing(string given, string field)
    {
        var message = WithRawElements();
        if (given == "checkpoint")
        {
            message.Inputs.Add(Tensor(given, "UINT8", 1));
            message.RawInputContents.Add(ByteString.CopyFrom(1));
        }
        else
        {
            Set(message, given, given == "resume" ? new() { StringParam = "AAAA" } : new() { BoolParam = false });
        }

        Assert.False(InferenceReader.Read(message, streams: true).TryGet(out _, out var error));
        Assert.Equal(field, Assert.Single(error.Violations).Field);
    }

    [Theory]
    [InlineData("FP32", 4, "inputs[1].datatype")]
    [InlineData("UINT8", 3, "inputs[1].shape")]
    [InlineData("BYTES", 1, "inputs[1].contents")]
    public void Read_CheckpointThatIsNone_IsRefusedAtItsPlace(string datatype, int shape, string field)
    {
        var message = WithRawElements();
        message.Inputs.Add(Tensor("checkpoint", datatype, shape));
        message.RawInputContents.Add(ByteString.CopyFrom(1, 2, 3, 4));
        Set(message, "resume", new() { StringParam = "AAAA" });

        Assert.False(InferenceReader.Read(message, streams: true).TryGet(out _, out var error));
        Assert.Equal(field, Assert.Single(error.Violations).Field);
    }

    [Fact]
    public void Read_CheckpointsOfOneResponse_AreRefused()
    {
        var message = WithElements();
        Set(message, "checkpoint_every", new() { Int64Param = 3 });

        Assert.False(InferenceReader.Read(message, streams: false).TryGet(out _, out var error));
        Assert.Equal("parameters[checkpoint_every]", Assert.Single(error.Violations).Field);
    }

    [Fact]
    public void Read_CheckpointAsAnOutput_MayBeNamedByWhoNamesThemAll()
    {
        var message = WithElements();
        foreach (var name in new[] { "picture", "checkpoint" })
        {
            message.Outputs.Add(new Inference.ModelInferRequest.Types.InferRequestedOutputTensor { Name = name });
        }

        Assert.True(InferenceReader.Read(message, streams: false).TryGet(out var call, out _));
        Assert.Null(call.Request.ResumeFrom);
    }

    [Fact]
    public void Read_EmptyFinalResponseThatIsNoFlag_IsRefused()
    {
        var message = WithElements();
        Set(message, InferenceNames.EmptyFinalResponse, new() { StringParam = "true" });

        Assert.False(InferenceReader.Read(message, streams: true).TryGet(out _, out var error));
        Assert.Equal($"parameters[{InferenceNames.EmptyFinalResponse}]", Assert.Single(error.Violations).Field);
    }

    private static Inference.ModelInferRequest Message()
    {
        var message = new Inference.ModelInferRequest { ModelName = "starter" };
        message.Inputs.Add(new Inference.ModelInferRequest.Types.InferInputTensor { Name = "measurement", Datatype = "FP32", Shape = { 1, 3, 1, 1 } });
        return message;
    }

    private static Inference.ModelInferRequest WithElements()
    {
        var message = Message();
        message.Inputs[0].Contents = new Inference.InferTensorContents { Fp32Contents = { 0, 0, 0 } };
        return message;
    }

    private static Inference.ModelInferRequest WithRawElements()
    {
        var message = Message();
        message.RawInputContents.Add(ByteString.CopyFrom(new byte[12]));
        return message;
    }

    private static Inference.ModelInferRequest.Types.InferInputTensor Tensor(string name, string datatype, params long[] shape) => new() { Name = name, Datatype = datatype, Shape = { shape } };

    private static void Set(Inference.ModelInferRequest message, string name, Inference.InferParameter value) => message.Parameters[name] = value;
}
