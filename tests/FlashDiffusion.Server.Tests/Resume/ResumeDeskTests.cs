using System.Collections.Frozen;
using System.Diagnostics;
using System.IO.Hashing;
using System.Reflection;
using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Schedules;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Plugins;
using FlashDiffusion.Server.Resume;
using FlashDiffusion.Server.Tests.Requests;
using Google.Protobuf;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.Resume;

public sealed class ResumeDeskTests
{
    private static EngineOptions Exact => new() { Threads = 1, MaximumBatch = 1 };

    [Fact]
    public void Continue_OnAReplica_GoesOnWhereItWas()
    {
        var flow = new ResumeFlow();
        var mapped = flow.Continued(new ResumeScene(ResumeScene.Key(1)));

        var resume = mapped.Request.Resume!;
        Assert.Equal((2, 5, 0.25, 0.75f), (resume.StepIndex, resume.Start.Index, resume.Start.Severity, resume.Start.NoiseScale));
        Assert.Equal((2, 1, TimeSpan.FromSeconds(2)), (resume.Calls.UNetForward, resume.SeverityCalls, resume.ComputeTime));
        Assert.Equal([new Notice("SEVERITY_OUT_OF_RANGE", "It was doubted.")], resume.Start.Notices);
        Assert.Equal(2, mapped.Resumption!.Step);
        Assert.Equal(7ul, mapped.Request.Seed);
        Assert.Equal((2, Crc32.HashToUInt32(flow.Checkpoint.Data.Span)), (flow.Checkpoint.Step, flow.Checkpoint.Crc32));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(null)]
    public void Continue_OfOneThatWasShortened_KnowsWhatWasAnnounced(int? announced)
    {
        // Without it the token is as servers wrote it that did not say it.
        var flow = new ResumeFlow();
        var second = flow.Continued();
        flow.GoOnFrom(second.Checkpoints!.Write(ResumeFlow.StateOf(second.Request) with { Announced = announced }));
        Assert.Equal(announced, flow.Continued(new ResumeScene(ResumeScene.Key(1))).Request.Resume!.Announced);
    }

    [Fact]
    public void Continue_OfATracedRequest_BelongsToItsTrace()
    {
        using var first = new Activity("first").SetIdFormat(ActivityIdFormat.W3C).Start();
        var flow = new ResumeFlow();
        first.Stop();
        using var second = new Activity("second").SetIdFormat(ActivityIdFormat.W3C).Start();

        var parent = flow.Continued().Request.Parent;

        Assert.Equal((first.TraceId, first.SpanId), (parent.TraceId, parent.SpanId));
    }

    [Theory]
    [InlineData("paper_faces", null, false)]
    [InlineData(null, "paper_faces", false)]
    [InlineData("paper_faces", null, true)]
    [InlineData(null, "paper_faces", true)]
    public void Continue_SamplerCameFromAPreset_IsTheFirstOne(string? modelStandsOn, string? asked, bool emptySampling)
    {
        var choice = new V1.SolverChoice { Name = "free" };
        if (asked is not null)
        {
            choice.Parameters["preset"] = new V1.ParameterValue { Text = asked };
        }

        var tuned = new SolverPreset("free", "gaussian_blur", 0.7, new Dictionary<string, double> { ["strength"] = 0.3 }.ToFrozenDictionary()) { Named = modelStandsOn };
        var flow = new ResumeFlow(solver: choice, models: new MapperScene(tuned));
        flow.Request.Sampling = emptySampling ? new V1.Sampling() : null;

        Assert.Equal(new SamplingSpec(SamplerKind.Ddim, 50, 1), flow.Continued().Request.Sampling);

        // A replica that was tuned otherwise goes on with what was begun.
        Assert.True(flow.Continue(models: new MapperScene()).TryGet(out var elsewhere, out var error), error?.Message);
        Assert.Equal(new SamplingSpec(SamplerKind.Ddim, 50, 1), elsewhere.Request.Sampling);
        Assert.Equal(flow.Continued().Request.SolverParameters.Number("strength"), elsewhere.Request.SolverParameters.Number("strength"));
    }

    [Fact]
    public void Continue_RequestWithoutSeed_TakesTheFirstOne()
    {
        var flow = new ResumeFlow();
        flow.Request.ClearSeed();
        Assert.Equal(7ul, flow.Continued().Request.Seed);
    }

    [Fact]
    public void Token_AnyDamage_IsInvalidArgument()
    {
        var flow = new ResumeFlow();
        for (var at = 0; at < flow.Checkpoint.Token.Length; at += 7)
        {
            flow.Request.ResumeFrom.Token = ResumeFlow.Damaged(flow.Checkpoint.Token, at);
            var error = flow.Refusal();
            Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.ResumeTokenInvalid), (error.Code, error.Reason));
        }

        flow.Request.ResumeFrom.Token = ByteString.Empty;
        Assert.Equal(StatusCode.InvalidArgument, flow.Refusal().Code);
    }

    [Fact]
    public void Checkpoint_AnyDamage_IsDataLoss()
    {
        var flow = new ResumeFlow();
        for (var at = 0; at < flow.Checkpoint.Data.Length; at += 97)
        {
            flow.Request.ResumeFrom.Checkpoint = ResumeFlow.Damaged(flow.Checkpoint.Data, at);
            var error = flow.Refusal();
            Assert.Equal((StatusCode.DataLoss, ErrorReasons.CheckpointDamaged), (error.Code, error.Reason));
        }

        flow.Request.ResumeFrom.Checkpoint = ByteString.Empty;
        Assert.Equal(StatusCode.DataLoss, flow.Refusal().Code);
    }

    [Fact]
    public void Token_OtherKey_IsInvalidArgument() =>
        Assert.Equal(ErrorReasons.ResumeTokenInvalid, new ResumeFlow().Refusal(new ResumeScene(ResumeScene.Key(2))).Reason);

    [Fact]
    public void Token_Expired_IsFailedPrecondition()
    {
        var flow = new ResumeFlow();
        flow.First.Time.Advance(TimeSpan.FromSeconds(59));
        flow.Continued();
        flow.First.Time.Advance(TimeSpan.FromSeconds(1));
        var error = flow.Refusal();
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReasons.ResumeExpired), (error.Code, error.Reason));
    }

    [Theory]
    [InlineData("measurement")]
    [InlineData("operator")]
    [InlineData("sampling")]
    [InlineData("seed")]
    [InlineData("model")]
    [InlineData("model_version")]
    [InlineData("compatibility")]
    [InlineData("solver.name")]
    public void Request_NotTheOneOfTheToken_IsNamed(string field)
    {
        var flow = new ResumeFlow();
        switch (field)
        {
            case "measurement":
                flow.Request.Measurement = MapperScene.TensorPicture(MapperScene.Side, MapperScene.Side, 0.25f);
                break;
            case "operator":
                flow.Request.Operator.Parameters["std"] = new V1.ParameterValue { Number = 1.25 };
                break;
            case "sampling":
                flow.Request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 20 };
                break;
            case "seed":
                flow.Request.Seed = 8;
                break;
            case "model":
                flow.Request.Model = "other";
                break;
            case "model_version":
                flow.Request.ModelVersion = "2";
                break;
            case "compatibility":
                flow.Request.Compatibility = V1.Compatibility.Official;
                break;
            default:
                flow.Request.Solver = new V1.SolverChoice { Name = "free" };
                break;
        }

        var error = flow.Refusal();
        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.ResumeMismatch), (error.Code, error.Reason));
        Assert.Contains(error.Violations, violation => violation.Field == field);
    }

    [Theory]
    [InlineData("strength", 0.25, null)]
    [InlineData("style", null, "fancy")]
    [InlineData("style", 1.0, null)]
    [InlineData("unheard_of", 1.0, null)]
    public void Request_OtherParameterOfTheSolver_IsNamed(string name, double? number, string? text)
    {
        V1.SolverChoice Choice() => new() { Name = "free", Parameters = { ["strength"] = new V1.ParameterValue { Number = 0.125 } } };
        var flow = new ResumeFlow(solver: Choice());
        flow.Continued();
        flow.Request.Solver = Choice();
        flow.Request.Solver.Parameters[name] = text is null ? new V1.ParameterValue { Number = number!.Value } : new V1.ParameterValue { Text = text };

        var error = flow.Refusal();

        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.ResumeMismatch), (error.Code, error.Reason));
        Assert.Equal([$"solver.parameters[{name}]"], error.Violations.Select(violation => violation.Field));
    }

    [Theory]
    [InlineData("weights")]
    [InlineData("solver")]
    [InlineData("model")]
    [InlineData("operator")]
    [InlineData("plan")]
    public void Server_WithoutWhatItBeganWith_IsFailedPrecondition(string what)
    {
        var other = what switch
        {
            "weights" => new MapperScene { WeightsHash = "other" },
            "solver" => new MapperScene { SolverVersion = "1.0.1" },
            "operator" => new MapperScene { OperatorWeights = "other" },
            // As many points, so that the steps are the same, with other noise.
            "plan" => new MapperScene { Schedule = NoiseSchedule.Create(1000, 0.0015, 0.02) },
            _ => new MapperScene { ModelName = "renamed" },
        };
        var error = new ResumeFlow().Refusal(models: other);
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReasons.ResumeUnfit), (error.Code, error.Reason));
        Assert.Contains(what, error.Precondition!, StringComparison.Ordinal);
    }

    [Fact]
    public void Exactness_EqualServersInExactMode_IsPromised()
    {
        var flow = new ResumeFlow(new ResumeScene(ResumeScene.Key(1), engine: Exact));
        flow.Request.ResumeFrom.RequireExact = true;
        var mapped = flow.Continued(new ResumeScene(ResumeScene.Key(1), engine: Exact));
        Assert.True(mapped.Resumption!.Exact);
        Assert.DoesNotContain(mapped.Notices, notice => notice.Code == ErrorReasons.ResumeNotExact);
    }

    [Fact]
    public void Exactness_OtherThreads_IsSaidOrRefused()
    {
        var other = new ResumeScene(ResumeScene.Key(1), engine: new EngineOptions { Threads = 2, MaximumBatch = 1 });
        var flow = new ResumeFlow(new ResumeScene(ResumeScene.Key(1), engine: Exact));
        var mapped = flow.Continued(other);
        Assert.False(mapped.Resumption!.Exact);
        Assert.Contains(mapped.Notices, notice => notice.Code == ErrorReasons.ResumeNotExact && notice.Message.Contains("threads was '1' and is '2'", StringComparison.Ordinal));

        flow.Request.ResumeFrom.RequireExact = true;
        var error = flow.Refusal(other);
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReasons.ResumeNotExact), (error.Code, error.Reason));
    }

    [Fact]
    public void Exactness_OtherComputeShape_IsLost()
    {
        var flow = new ResumeFlow(new ResumeScene(ResumeScene.Key(1), engine: new EngineOptions { Threads = 1, ExactBatch = 2 }), V1.ComputeMode.Exact);
        flow.Request.Mode = V1.ComputeMode.Unspecified;
        Assert.True(flow.Continued().Resumption!.Exact);
        Assert.Equal(ComputeMode.Exact, flow.Continued().Request.Mode);
        Assert.False(flow.Continued(new ResumeScene(ResumeScene.Key(1), engine: new EngineOptions { Threads = 1, ExactBatch = 4 })).Resumption!.Exact);
        flow.Request.Mode = V1.ComputeMode.Fast;
        Assert.Equal(["mode"], flow.Refusal().Violations.Select(violation => violation.Field));
    }

    [Theory]
    [InlineData("cpu,cpu", false, true)]
    [InlineData("cuda:1", false, false)]
    [InlineData("cpu", true, false)]
    public void Exactness_DependsOnKindOfDeviceAndPrecision(string devices, bool reduced, bool exact)
    {
        var flow = new ResumeFlow(new ResumeScene(ResumeScene.Key(1), engine: Exact));
        var other = new EngineOptions { Threads = 1, MaximumBatch = 1, Device = devices, Precision = reduced ? NetworkPrecision.BFloat16 : NetworkPrecision.Float32 };
        Assert.Equal(exact, flow.Continued(new ResumeScene(ResumeScene.Key(1), engine: other)).Resumption!.Exact);
    }

    [Theory]
    [InlineData("cpu,cuda:0", V1.ComputeMode.Exact, true)]
    [InlineData("cpu,cuda:0", V1.ComputeMode.Fast, false)]
    [InlineData("cuda:0", V1.ComputeMode.Exact, false)]
    [InlineData("cuda:0,cpu", V1.ComputeMode.Exact, false)]
    public void Exactness_OnAGraphicsDevice_IsNeverPromised(string devices, V1.ComputeMode mode, bool exact)
    {
        var engine = new EngineOptions { Threads = 1, MaximumBatch = 1, Device = devices };
        var flow = new ResumeFlow(new ResumeScene(ResumeScene.Key(1), engine: engine), mode);
        var mapped = flow.Continued(new ResumeScene(ResumeScene.Key(1), engine: engine));
        Assert.Equal(exact, mapped.Resumption!.Exact);
        Assert.Equal(exact, !mapped.Notices.Any(notice => notice.Code == ErrorReasons.ResumeNotExact && notice.Message.Contains("on 'cpu' only", StringComparison.Ordinal)));
    }

    [Fact]
    public void Exactness_OtherServerVersion_IsLost()
    {
        var request = new ResumeFlow().Continued().Request with { Mode = ComputeMode.Exact };
        var own = new ComputeFingerprint(Microsoft.Extensions.Options.Options.Create(Exact)).Of(request);
        var other = new TokenCompute(own) { Server = "0.0.9" };
        Assert.Equal(typeof(ComputeFingerprint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion, own.Server);
        Assert.Equal((true, false), (ComputeFingerprint.Continues(own, new TokenCompute(own)), ComputeFingerprint.Continues(own, other)));
        Assert.Equal($"server was '0.0.9' and is '{own.Server}'", ComputeFingerprint.Difference(own, other));
    }

    [Fact]
    public void Exactness_OtherBuildOfTheSolver_IsLost()
    {
        var request = new ResumeFlow().Continued().Request with { Mode = ComputeMode.Exact };
        var fingerprint = new ComputeFingerprint(Microsoft.Extensions.Options.Options.Create(Exact));
        var (own, other) = (fingerprint.Of(request), fingerprint.Of(request with { Solver = new FreeSolver() }));
        Assert.Equal((true, false), (ComputeFingerprint.Continues(own, fingerprint.Of(request)), ComputeFingerprint.Continues(own, other)));
        Assert.StartsWith("build of solver, operator or engine was ", ComputeFingerprint.Difference(own, other), StringComparison.Ordinal);
        Assert.StartsWith($"{request.Solver.GetType().Module.ModuleVersionId}+", own.Code, StringComparison.Ordinal);
        Assert.Equal(own.Code, fingerprint.Of(request with { Solver = new PluginSolver(request.Solver), Operator = request.Operator! with { Family = new PluginFamily(request.Operator.Family) } }).Code);
    }

    [Fact]
    public void Exactness_CountsTheBuildsOfTheServersOwnArithmetic()
    {
        // Two builds may have one version: from a tarball, or with changes that were not committed.
        var request = new ResumeFlow().Continued().Request with { Mode = ComputeMode.Exact };
        var own = new ComputeFingerprint(Microsoft.Extensions.Options.Options.Create(Exact)).Of(request);
        string[] builds = [.. new[] { typeof(OperatorFamilies), typeof(ReconstructionEngine), typeof(NoiseSchedule) }.Select(type => $"{type.Module.ModuleVersionId}")];
        Assert.Equal(3, builds.Distinct().Count());
        Assert.EndsWith($"+{string.Join('+', builds)}", own.Code, StringComparison.Ordinal);
    }

    [Fact]
    public void Exactness_OnceLost_NeverComesBack()
    {
        var flow = new ResumeFlow(new ResumeScene(ResumeScene.Key(1), engine: Exact));
        var second = flow.Continued(new ResumeScene(ResumeScene.Key(1), engine: new EngineOptions { Threads = 2, MaximumBatch = 1 }));
        var checkpoint = second.Checkpoints!.Write(second.Request.Resume!);
        flow.Request.ResumeFrom = new V1.ResumeFrom { Token = checkpoint.Token, Checkpoint = checkpoint.Data };
        Assert.False(flow.Continued().Resumption!.Exact);
    }
}
