using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Tests.Requests;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Tests.Retention;

public sealed class RetentionReaderTests
{
    private static readonly ResultOptions Options = new() { DefaultLifetimeSeconds = 600, MaximumLifetimeSeconds = 900 };

    [Fact]
    public void Read_Named_TakesTheDefaultLifetime() => Assert.Equal(
        new RetentionRequest("an-id", Detaches: true, TimeSpan.FromSeconds(600)),
        Read(new V1.ReconstructRequest { RequestId = "an-id", OnDisconnect = V1.OnDisconnect.Detach }, out _));

    [Fact]
    public void Read_LifetimeInRange_TakesIt() => Assert.Equal(
        TimeSpan.FromSeconds(1.5),
        Read(new V1.ReconstructRequest { RequestId = "an-id", ResultLifetime = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5)) }, out _)!.Lifetime);

    [Theory]
    [InlineData("with space", 0, 0, "request_id")]
    [InlineData("\u00fcnlaut", 0, 0, "request_id")]
    [InlineData("", 2, 0, "on_disconnect")]
    [InlineData("id", 7, 0, "on_disconnect")]
    [InlineData("id", 0, -1, "result_lifetime")]
    [InlineData("id", 0, 901, "result_lifetime")]
    [InlineData("", 0, 5, "result_lifetime")]
    public void Read_Wrong_NamesTheField(string id, int disconnect, long seconds, string field)
    {
        var message = new V1.ReconstructRequest { RequestId = id, OnDisconnect = (V1.OnDisconnect)disconnect };
        message.ResultLifetime = seconds == 0 ? null : new Duration { Seconds = seconds };
        Assert.Null(Read(message, out var problems));
        Assert.Equal([field], problems.Violations.Select(violation => violation.Field));
    }

    [Fact]
    public void Read_LongId_IsRefused()
    {
        Assert.NotNull(Read(new V1.ReconstructRequest { RequestId = new string('a', 128) }, out _));
        Assert.Null(Read(new V1.ReconstructRequest { RequestId = new string('a', 129) }, out _));
    }

    [Fact]
    public void Fingerprint_OtherOrderOfParametersAndAResume_IsTheSame()
    {
        var first = MapperScene.Fine();
        first.Operator.Parameters["other"] = new V1.ParameterValue { Number = 2 };
        var second = MapperScene.Fine();
        second.Operator.Parameters.Clear();
        second.Operator.Parameters["other"] = new V1.ParameterValue { Number = 2 };
        second.Operator.Parameters["std"] = new V1.ParameterValue { Number = 1 };
        (second.RequestId, second.ResumeFrom) = ("name", new V1.ResumeFrom());
        Assert.Equal(RequestFingerprint.Of(first), RequestFingerprint.Of(second));

        second.Seed = 8;
        Assert.NotEqual(RequestFingerprint.Of(first), RequestFingerprint.Of(second));
    }

    private static RetentionRequest? Read(V1.ReconstructRequest message, out RequestProblems problems)
    {
        problems = new RequestProblems();
        return RetentionReader.Read(message, Options, problems);
    }
}
