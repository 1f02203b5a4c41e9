using FlashDiffusion.Server.Tests.Serving;
using Google.Protobuf;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>The Open Inference Protocol, which says where in its own words.</summary>
[Collection(BadInputCollection.Name)]
public sealed class BadInputInferTests(BadInputServer server)
{
    internal static IEnumerable<BadCase<Inference.ModelInferRequest>> All { get; } = [.. Names(), .. Tensors(), .. Outputs(), .. Parameters()];

    /// <summary>The kinds of typed elements that were tried.</summary>
    internal static IEnumerable<string> Contents { get; } = [.. OtherContents().Select(pair => pair.Name), "fp32_contents"];

    public static TheoryData<string, object> Rows => BadCase<Inference.ModelInferRequest>.Rows(All);

    [Theory]
    [MemberData(nameof(Rows), DisableDiscoveryEnumeration = true)]
    public async Task ModelInfer_BadInput_IsRefusedAtItsPlace(string name, object given)
    {
        var bad = Assert.IsType<BadCase<Inference.ModelInferRequest>>(given);
        var request = Fine();
        bad.Spoil(request);

        Assert.NotEmpty(name);
        await server.RefusedAsync(async () => await Client.ModelInferAsync(request, InProcessServer.Call()), bad.Field, bad.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nobody")]
    [InlineData("fake:nobody")]
    [InlineData("nobody:fake")]
    [InlineData(":")]
    [InlineData("../../etc/passwd")]
    public async Task Model_Unknown_IsNotFoundForEveryMethodThatNamesOne(string name)
    {
        foreach (var call in new Func<Task>[]
        {
            async () => await Client.ModelMetadataAsync(new Inference.ModelMetadataRequest { Name = name }, InProcessServer.Call()),
            async () => await Client.ModelConfigAsync(new Inference.ModelConfigRequest { Name = name }, InProcessServer.Call()),
            async () => await Client.ModelStatisticsAsync(new Inference.ModelStatisticsRequest { Name = name.Length == 0 ? "nobody" : name }, InProcessServer.Call()),
        })
        {
            await server.RefusedAsync(call, "name", StatusCode.NotFound);
        }

        Assert.False((await Client.ModelReadyAsync(new Inference.ModelReadyRequest { Name = name }, InProcessServer.Call())).Ready);
    }

    [Fact]
    public async Task Version_Unknown_IsNotFoundForEveryMethodThatTakesOne()
    {
        await server.RefusedAsync(async () => await Client.ModelMetadataAsync(new Inference.ModelMetadataRequest { Name = "fake", Version = "99" }, InProcessServer.Call()), "name", StatusCode.NotFound);
        await server.RefusedAsync(async () => await Client.ModelConfigAsync(new Inference.ModelConfigRequest { Name = "fake", Version = "99" }, InProcessServer.Call()), "name", StatusCode.NotFound);
        await server.RefusedAsync(async () => await Client.ModelStatisticsAsync(new Inference.ModelStatisticsRequest { Name = "fake", Version = "99" }, InProcessServer.Call()), "name", StatusCode.NotFound);
        Assert.False((await Client.ModelReadyAsync(new Inference.ModelReadyRequest { Name = "fake", Version = "99" }, InProcessServer.Call())).Ready);
    }

    [Fact]
    public async Task ModelStreamInfer_OneBadAmongGood_EndsAlone()
    {
        using var stream = Client.ModelStreamInfer(InProcessServer.Call());
        foreach (var (id, name) in new[] { ("1", "fake"), ("2", "nobody"), ("3", "fake") })
        {
            var request = Fine();
            (request.Id, request.ModelName) = (id, name);
            request.Parameters["ddim_steps"] = new() { Int64Param = 4 };
            await stream.RequestStream.WriteAsync(request, TestContext.Current.CancellationToken);
        }

        await stream.RequestStream.CompleteAsync();
        var finals = new Dictionary<string, string>();
        await foreach (var answer in stream.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (answer.InferResponse.Parameters.TryGetValue("triton_final_response", out var final) && final.BoolParam)
            {
                finals.Add(answer.InferResponse.Id, answer.ErrorMessage);
            }
        }

        Assert.Equal(["1", "2", "3"], finals.Keys.Order());
        Assert.Equal(["1", "3"], finals.Where(final => final.Value.Length == 0).Select(final => final.Key).Order());
        Assert.Contains("nobody", finals["2"], StringComparison.Ordinal);
    }

    private Inference.GRPCInferenceService.GRPCInferenceServiceClient Client => new(server.Channel);

    internal static Inference.ModelInferRequest Fine() => new()
    {
        ModelName = "fake",
        Inputs = { Input("measurement", 1, 3, 32, 32) },
        RawInputContents = { BadPictures.Tensor(3, 32, 32).Data },
        Parameters = { ["operator"] = new() { StringParam = "gaussian_blur" }, ["operator.std"] = new() { DoubleParam = 1 } },
    };

    private static Inference.ModelInferRequest.Types.InferInputTensor Input(string name, params long[] shape) => new() { Name = name, Datatype = "FP32", Shape = { shape } };

    private static IEnumerable<BadCase<Inference.ModelInferRequest>> Names()
    {
        yield return new("empty", "model_name", request => request.ModelName = "");
        yield return new("unknown", "model_name", request => request.ModelName = "nobody", StatusCode.NotFound);
        yield return new("an unknown solver", "model_name", request => request.ModelName = "fake:nobody", StatusCode.NotFound);
        yield return new("did not load", "model_name", request => request.ModelName = "broken", StatusCode.FailedPrecondition);
        yield return new("a solver that did not load", "model_name", request => request.ModelName = "fake:torn", StatusCode.FailedPrecondition);
        yield return new("unknown", "model_version", request => request.ModelVersion = "99", StatusCode.NotFound);
        yield return new("too long", "model_name", request => request.ModelName = new string('x', 257));
        yield return new("too long", "model_version", request => request.ModelVersion = new string('9', 257));
        yield return new("too long", "id", request => request.Id = new string('x', 257));
        yield return new("too long in bytes", "id", request => request.Id = new string('ü', 129));
    }

    private static IEnumerable<BadCase<Inference.ModelInferRequest>> Tensors()
    {
        yield return new("none", "inputs", Empty);
        yield return new("raw for nobody", "raw_input_contents", request => request.RawInputContents.Add(ByteString.Empty));
        yield return new("an input without raw", "raw_input_contents", request => request.Inputs.Add(Input("mask", 32, 32)));
        yield return new("raw and typed", "inputs[0].contents", request => request.Inputs[0].Contents = new() { Fp32Contents = { 1 } });
        yield return new("neither raw nor typed", "inputs[0].contents", request => Clear(request.RawInputContents));
        yield return new("typed, too few", "inputs[0].data", request => Typed(request, new() { Fp32Contents = { 1, 2, 3 } }));
        foreach (var (name, contents) in OtherContents())
        {
            yield return new($"typed as {name}", "inputs[0].contents", request => Typed(request, contents.Clone()));
        }

        yield return new("half called float", "inputs[0].data", request => request.RawInputContents[0] = ByteString.CopyFrom(new byte[3 * 32 * 32 * 2]));
        yield return new("a byte too few", "inputs[0].data", request => request.RawInputContents[0] = ByteString.CopyFrom(request.RawInputContents[0].Span[1..]));
        yield return new("no finite number", "inputs[0].data", request => request.RawInputContents[0] = BadPictures.Tensor([3, 32, 32], float.NaN).Data);
        foreach (var type in new[] { "", "FP64", "INT32", "BOOL", "fp32", new string('x', 1000) })
        {
            yield return new($"type '{type[..Math.Min(8, type.Length)]}'", "inputs[0].datatype", request => request.Inputs[0].Datatype = type);
        }

        foreach (var shape in new long[][] { [], [3], [3, 32], [2, 3, 32, 32], [1, 1, 3, 32, 32], [3, -1, 32], [3, 0, 32], [3, long.MaxValue, long.MaxValue], [4, 32, 32] })
        {
            yield return new($"shape ({string.Join(", ", shape)})", "inputs[0].shape", request => Reshape(request, shape));
        }

        yield return new("bytes without their length", "inputs[0].contents", request => request.Inputs[0].Datatype = "BYTES");
        yield return new("bytes that are no picture", "inputs[0]", request => (request.Inputs[0].Datatype, request.RawInputContents[0]) = ("BYTES", ByteString.CopyFrom(2, 0, 0, 0, 1, 2)));
        yield return new("there twice", "inputs[1].name", request => Add(request, Input("measurement", 3, 32, 32)));
        yield return new("unknown", "inputs[1].name", request => Add(request, Input("nobody", 1)));
        yield return new("a mask that the operator does not take", "inputs[1]", request => Add(request, Input("mask", 32, 32)));
        yield return new("a kernel that the operator does not take", "inputs[1]", request => Add(request, Input("kernel", 32, 32)));
        yield return new("a token without its checkpoint", "inputs", request => request.Parameters["resume"] = new() { StringParam = "AAAA" });
        yield return new("a checkpoint without its token", "inputs[1].name", request => AddCheckpoint(request, null));
        yield return new("a token that is a number", "parameters[resume]", request => AddCheckpoint(request, new() { Int64Param = 1 }));
        yield return new("a token of no value", "parameters[resume]", request => AddCheckpoint(request, new()));
        yield return new("a token that is no base64", "parameters[resume]", request => AddCheckpoint(request, new() { StringParam = "no base64!" }));
        yield return new("a token that no server sealed", "parameters[resume]", request => AddCheckpoint(request, new() { StringParam = "AAAA" }));
        yield return new("a region of shared memory", "inputs[0].parameters", request => request.Inputs[0].Parameters["shared_memory_region"] = new() { StringParam = "region" });
    }

    private static IEnumerable<BadCase<Inference.ModelInferRequest>> Outputs()
    {
        yield return new("unknown", "outputs[0].name", request => request.Outputs.Add(new Inference.ModelInferRequest.Types.InferRequestedOutputTensor { Name = "nobody" }));
        yield return new("without a name", "outputs[0].name", request => request.Outputs.Add(new Inference.ModelInferRequest.Types.InferRequestedOutputTensor()));
        yield return new("a classification", "outputs[0].parameters", request => request.Outputs.Add(new Inference.ModelInferRequest.Types.InferRequestedOutputTensor
        {
            Name = "picture", Parameters = { ["classification"] = new() { Int64Param = 3 } },
        }));
    }

    private static IEnumerable<BadCase<Inference.ModelInferRequest>> Parameters()
    {
        // Of each parameter what it can't be: no value at all, and another kind.
        foreach (var name in new[]
        {
            "seed", "operator_seed", "noise_range", "adaptation", "start_mode", "sampler", "preview", "compatibility", "mode", "request_id", "priority", "timeout", "on_tight_deadline",
            "triton_enable_empty_final_response", "correction", "severity_multiplier", "preview_every", "max_nfe", "time_limit", "noise_std", "on_disconnect", "result_lifetime", "preview_size",
            "checkpoint_every", "require_exact", "latent_data_type",
        })
        {
            yield return Bad(name, new(), "no value");
            yield return Bad(name, name is "triton_enable_empty_final_response" or "require_exact" ? new() { StringParam = "true" } : new() { BoolParam = true }, "another kind");
        }

        foreach (var (name, value) in new (string, Inference.InferParameter)[]
        {
            ("nobody", new() { Int64Param = 1 }), ("", new() { Int64Param = 1 }), ("operator.nobody", new() { DoubleParam = 1 }), ("solver.nobody", new() { DoubleParam = 1 }),
            ("seed", new() { Int64Param = -1 }), ("seed", new() { StringParam = "1e5" }), ("timeout", new() { Int64Param = -1 }), ("timeout", new() { Uint64Param = ulong.MaxValue }),
            ("operator.std", new() { DoubleParam = double.NaN }), ("operator.std", new() { StringParam = "much" }), ("noise_std", new() { DoubleParam = 2 }), ("noise_std", new() { StringParam = "Infinity" }),
            ("start_timestep", new() { Int64Param = 1000 }), ("start_timestep", new() { Int64Param = -1 }), ("severity_override", new() { DoubleParam = -1 }), ("severity_override", new() { DoubleParam = double.NaN }),
            ("correction", new() { DoubleParam = 3 }), ("severity_multiplier", new() { DoubleParam = 0 }), ("ddim_steps", new() { Int64Param = 0 }), ("ddim_steps", new() { Int64Param = 1001 }),
            ("ddim_steps", new() { Int64Param = long.MaxValue }), ("ddim_steps", new() { DoubleParam = 1.5 }), ("preview_every", new() { Int64Param = -1 }), ("max_nfe", new() { Int64Param = 0 }),
            ("max_nfe", new() { Int64Param = long.MinValue }), ("time_limit", new() { DoubleParam = 0 }), ("time_limit", new() { DoubleParam = double.NaN }), ("time_limit", new() { DoubleParam = 1e300 }),
            ("adaptation", new() { StringParam = "sometimes" }), ("sampler", new() { StringParam = "2" }), ("sampler", new() { StringParam = "unspecified" }), ("mode", new() { StringParam = "" }),
            ("request_id", new() { StringParam = "two words" }), ("picture_height", new() { Int64Param = 0 }), ("picture_height", new() { Int64Param = long.MaxValue }),
            ("checkpoint_every", new() { Int64Param = -1 }), ("checkpoint_every", new() { Int64Param = 3 }), ("latent_data_type", new() { StringParam = "FP16" }), ("require_exact", new() { BoolParam = true }),
        })
        {
            yield return Bad(name, value, $"{value}");
        }

        yield return new("unknown", "parameters[operator]", request => request.Parameters["operator"] = new() { StringParam = "nobody" }, StatusCode.NotFound);
        yield return new("missing", "parameters[operator]", request => Clear(request.Parameters));
    }

    private static BadCase<Inference.ModelInferRequest> Bad(string name, Inference.InferParameter value, string fault) => new(fault, $"parameters[{name}]", request =>
    {
        request.Parameters[name] = value;
        if (name == "picture_height")
        {
            request.Parameters["picture_width"] = new() { Int64Param = 32 };
        }
    });

    private static IEnumerable<(string Name, Inference.InferTensorContents Contents)> OtherContents() =>
    [
        ("bool_contents", new() { BoolContents = { true } }), ("int_contents", new() { IntContents = { 1, 2, 3 } }), ("int64_contents", new() { Int64Contents = { 1 } }),
        ("uint_contents", new() { UintContents = { 1 } }), ("uint64_contents", new() { Uint64Contents = { 1 } }), ("fp64_contents", new() { Fp64Contents = { 1 } }),
        ("bytes_contents", new() { BytesContents = { ByteString.CopyFromUtf8("1") } }),
    ];

    private static void Empty(Inference.ModelInferRequest request)
    {
        request.RawInputContents.Clear();
        request.Inputs.Clear();
    }

    private static void Typed(Inference.ModelInferRequest request, Inference.InferTensorContents contents)
    {
        request.RawInputContents.Clear();
        request.Inputs[0].Contents = contents;
    }

    private static void Add(Inference.ModelInferRequest request, Inference.ModelInferRequest.Types.InferInputTensor input)
    {
        request.Inputs.Add(input);
        request.RawInputContents.Add(BadPictures.Tensor(32, 32).Data);
    }

    private static void AddCheckpoint(Inference.ModelInferRequest request, Inference.InferParameter? token)
    {
        request.Inputs.Add(new Inference.ModelInferRequest.Types.InferInputTensor { Name = "checkpoint", Datatype = "UINT8", Shape = { 1 } });
        request.RawInputContents.Add(ByteString.CopyFrom(1));
        if (token is not null)
        {
            request.Parameters["resume"] = token;
        }
    }

    private static void Reshape(Inference.ModelInferRequest request, long[] shape)
    {
        request.Inputs[0].Shape.Clear();
        request.Inputs[0].Shape.AddRange(shape);
    }

    private static void Clear<T>(ICollection<T> items) => items.Clear();
}
