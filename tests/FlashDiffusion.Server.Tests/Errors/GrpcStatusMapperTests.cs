using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Errors;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.Errors;

public sealed class GrpcStatusMapperTests
{
    [Fact]
    public void ToException_Violations_CarriesBadRequestAndErrorInfo()
    {
        var exception = GrpcStatusMapper.ToException(new ServerError
        {
            Code = StatusCode.InvalidArgument,
            Reason = ErrorReasons.InvalidRequest,
            Message = "Two things.",
            Violations = [new FieldViolation("a", "one"), new FieldViolation("b.c", "two")],
        });

        var status = exception.GetRpcStatus()!;
        Assert.Equal((StatusCode.InvalidArgument, "Two things."), (exception.StatusCode, exception.Status.Detail));
        Assert.Equal(("flashdiffusion.dev", "INVALID_REQUEST"), (status.GetDetail<ErrorInfo>()!.Domain, status.GetDetail<ErrorInfo>()!.Reason));
        Assert.Equal([("a", "one"), ("b.c", "two")], status.GetDetail<BadRequest>()!.FieldViolations.Select(violation => (violation.Field, violation.Description)));
    }

    [Fact]
    public void ToException_QueueFull_SaysWhenToComeBackInDetailsAndTrailer()
    {
        var exception = GrpcStatusMapper.ToException(EngineErrors.Of(new Rejection(RejectionReason.QueueFull, "All 64 places are taken.") { RetryAfter = TimeSpan.FromSeconds(2.5), Eta = TimeSpan.FromSeconds(30) }));

        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
        Assert.Equal("2500", exception.Trailers.GetValue(GrpcStatusMapper.PushbackTrailer));
        Assert.Equal(Duration.FromTimeSpan(TimeSpan.FromSeconds(2.5)), exception.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay);
        Assert.Equal("30", exception.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata["eta_seconds"]);
        Assert.Equal("reconstructions", Assert.Single(exception.GetRpcStatus()!.GetDetail<QuotaFailure>()!.Violations).Subject);
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(7.5, 7.5)]
    public void Of_QueueTimeout_SaysWhenToComeBackIfTheQueueKnows(double? next, double said)
    {
        var error = EngineErrors.Of(new Failure(SessionOutcome.QueuedTooLong, "QUEUE_TIMEOUT", "It waited.") { RetryAfter = next is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Eta = TimeSpan.FromSeconds(30) });

        Assert.Equal(TimeSpan.FromSeconds(said), error.RetryAfter);
        Assert.Equal("30", error.Metadata["eta_seconds"]);
    }

    [Fact]
    public void ToException_WorkFull_SpeaksOfShortWorkAndNotOfTheQueue()
    {
        var status = GrpcStatusMapper.ToException(EngineErrors.Of(new Rejection(RejectionReason.WorkFull, "All 32 places are taken.") { Eta = TimeSpan.FromSeconds(30) })).GetRpcStatus()!;

        Assert.Equal("WORK_FULL", status.GetDetail<ErrorInfo>()!.Reason);
        Assert.Empty(status.GetDetail<ErrorInfo>()!.Metadata);
        Assert.Equal("short_work", Assert.Single(status.GetDetail<QuotaFailure>()!.Violations).Subject);
        Assert.Equal(Duration.FromTimeSpan(TimeSpan.FromSeconds(1)), status.GetDetail<RetryInfo>()!.RetryDelay);
    }

    [Fact]
    public void ToException_MissingNames_CarriesOneResourceInfoEach()
    {
        var exception = GrpcStatusMapper.ToException(new ServerError
        {
            Code = StatusCode.NotFound,
            Reason = ErrorReasons.UnknownName,
            Message = "Unknown.",
            Missing = [new MissingResource("model", "m", "No m."), new MissingResource("solver", "s", "No s.")],
        });

        var resources = exception.GetRpcStatus()!.Details.Where(detail => detail.Is(ResourceInfo.Descriptor)).Select(detail => detail.Unpack<ResourceInfo>().ResourceName);
        Assert.Equal(["m", "s"], resources);
    }

    [Theory]
    [InlineData(SessionOutcome.Cancelled, StatusCode.Cancelled)]
    [InlineData(SessionOutcome.DeadlineExceeded, StatusCode.DeadlineExceeded)]
    [InlineData(SessionOutcome.QueuedTooLong, StatusCode.ResourceExhausted)]
    [InlineData(SessionOutcome.OutOfMemory, StatusCode.ResourceExhausted)]
    [InlineData(SessionOutcome.Rejected, StatusCode.Unavailable)]
    [InlineData(SessionOutcome.SolverFailed, StatusCode.Internal)]
    [InlineData(SessionOutcome.DeviceFailed, StatusCode.Internal)]
    public void Of_Failure_BlamesWhoIsToBlame(object outcome, StatusCode code)
    {
        var error = EngineErrors.Of(new Failure((SessionOutcome)outcome, "SOME_REASON", "It ended.") { Step = 12 });

        Assert.Equal((code, "SOME_REASON", "12"), (error.Code, error.Reason, error.Metadata["step"]));
    }

    [Fact]
    public void Of_BudgetTooSmall_SaysWhatHasToChange()
    {
        var error = EngineErrors.Of(new Failure(SessionOutcome.BudgetTooSmall, "BUDGET_TOO_SMALL", "It would need 20 calls."));

        var violation = Assert.Single(GrpcStatusMapper.ToStatus(error).GetDetail<PreconditionFailure>()!.Violations);
        Assert.Equal(("BUDGET_TOO_SMALL", "scheduling.max_network_calls"), (violation.Type, violation.Subject));
    }

    [Fact]
    public void ErrorReasons_All_AreUpperSnakeCase() => Assert.All(
        typeof(ErrorReasons).GetFields().Select(field => (string)field.GetValue(null)!),
        reason => Assert.Matches("^[A-Z][A-Z0-9_]{1,61}[A-Z0-9]$", reason));
}
