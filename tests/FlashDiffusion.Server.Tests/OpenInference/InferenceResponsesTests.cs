using System.Collections.Immutable;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.OpenInference;
using Google.Protobuf;

namespace FlashDiffusion.Server.Tests.OpenInference;

public sealed class InferenceResponsesTests
{
    private static readonly V1.Checkpoint Checkpoint = new() { Step = 4, Token = ByteString.CopyFrom(1, 2, 3, 4), Data = ByteString.CopyFrom(5, 6, 7), Crc32 = uint.MaxValue };

    private readonly InferenceResponses _responses = new(new InferenceReply("starter", "", "one", []));

    [Fact]
    public void Accept_WithoutCheckpoint_IsNoResponse() => Assert.Null(_responses.Accept(new V1.Accepted()));

    [Fact]
    public void Accept_WithCheckpoint_IsAResponseOfItsOwn()
    {
        var response = _responses.Accept(new V1.Accepted { TotalSteps = 9, Checkpoint = Checkpoint })!;

        AssertCarriesCheckpoint(response);
        Assert.Equal((9, false), (response.Parameters["total_steps"].Int64Param, response.Parameters["triton_final_response"].BoolParam));
    }

    [Fact]
    public void Progress_WithACheckpointAlone_IsAResponse()
    {
        Assert.Null(_responses.Progress(new V1.Progress { Step = 5 }));

        var response = _responses.Progress(new V1.Progress { Step = 5, Checkpoint = Checkpoint })!;

        AssertCarriesCheckpoint(response);
        Assert.Equal(5, response.Parameters["step"].Int64Param);
    }

    [Theory]
    [InlineData(V1.DataType.Float16, "FP16")]
    [InlineData(V1.DataType.Float32, "FP32")]
    public void Progress_Latent_SaysItsType(V1.DataType type, string datatype)
    {
        var response = _responses.Progress(new V1.Progress { Latent = new V1.Tensor { DataType = type, Shape = { 1, 1, 1 }, Data = ByteString.CopyFrom(1, 2, 3, 4) } })!;

        Assert.Equal(("latent", datatype), (Assert.Single(response.Outputs).Name, response.Outputs[0].Datatype));
    }

    [Fact]
    public void Result_AfterAResume_SaysWhereAndHowItWentOn()
    {
        _responses.Accept(new V1.Accepted { Resumed = new V1.Resumption { Step = 6, Exact = true } });

        var response = _responses.Result(new V1.Result { Cost = new V1.Cost { Steps = 9 } }, isFinal: true);

        Assert.Equal((6, true), (response.Parameters["resumed_step"].Int64Param, response.Parameters["resumed_exact"].BoolParam));
    }

    [Fact]
    public void Progress_OfFewerStepsThanWereSaid_SaysHowManyThereAreNow()
    {
        _responses.Accept(new V1.Accepted { TotalSteps = 9 });

        Assert.Null(_responses.Progress(new V1.Progress { Step = 4, TotalSteps = 6 }));

        Assert.Equal(6, _responses.Alive(new V1.Progress { Step = 4, TotalSteps = 6 }).Parameters["total_steps"].Int64Param);
        Assert.Equal(6, _responses.Error(new ServerError { Code = Grpc.Core.StatusCode.Cancelled, Reason = "CANCELLED", Message = "Gone." }).InferResponse.Parameters["total_steps"].Int64Param);
    }

    [Fact]
    public void Result_Notices_FollowThoseOfAccepted()
    {
        _responses.Accept(new V1.Accepted { TotalSteps = 9, Notices = { new V1.Notice { Code = "TRAJECTORY_CUT", Message = "It was cut." } } });

        var result = _responses.Result(
            new V1.Result { Cost = new V1.Cost { Steps = 6 }, Notices = { new V1.Notice { Code = "TRAJECTORY_SHORTENED", Message = "Once more." } } }, isFinal: false);

        Assert.All(
            [result, _responses.Final()],
            response => Assert.Equal(
                (6, "TRAJECTORY_CUT: It was cut. TRAJECTORY_SHORTENED: Once more."),
                (response.Parameters["total_steps"].Int64Param, response.Parameters["notices"].StringParam)));
    }

    [Fact]
    public void Error_CarriesWhatAStatusCarriesInItsDetails()
    {
        var error = _responses.Error(new ServerError
        {
            Code = Grpc.Core.StatusCode.DeadlineExceeded,
            Reason = "DEADLINE_TOO_TIGHT",
            Message = "Too late.",
            Metadata = ImmutableDictionary<string, string>.Empty.Add("eta_seconds", "4.5").Add("step", "3"),
            RetryAfter = TimeSpan.FromSeconds(1.5),
            Violations = [new("parameters[seed]", "No."), new("inputs[0]", "No.")],
        });

        Assert.Equal("Too late.", error.ErrorMessage);
        var parameters = error.InferResponse.Parameters;
        Assert.Equal((4, 1500L, true), (parameters["error_code"].Int64Param, parameters["error_retry_after_ms"].Int64Param, parameters["triton_final_response"].BoolParam));
        Assert.Equal(
            ["DEADLINE_TOO_TIGHT", "parameters[seed] inputs[0]", "4.5", "3"],
            new[] { "error_reason", "error_fields", "error_eta_seconds", "error_step" }.Select(name => parameters[name].StringParam));
    }

    // As a client needs it to send it again: bytes as a tensor that it reads as an array, the token as a text.
    private static void AssertCarriesCheckpoint(Inference.ModelInferResponse response)
    {
        var output = Assert.Single(response.Outputs);
        Assert.Equal(("checkpoint", "UINT8"), (output.Name, output.Datatype));
        Assert.Equal([3L], output.Shape);
        Assert.Equal(Checkpoint.Data, Assert.Single(response.RawOutputContents));
        Assert.Equal("AQIDBA==", response.Parameters["resume"].StringParam);
        Assert.Equal((4, uint.MaxValue), (response.Parameters["checkpoint_step"].Int64Param, response.Parameters["checkpoint_crc32"].Int64Param));
    }
}
