using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Security.Quotas;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Serving;
using FlashDiffusion.Testing.Certificates;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Server.Tests.Security;

public sealed class QuotaTests
{
    [Fact]
    public void StepAccount_Overdrawn_FillsAtItsRate()
    {
        var time = new FakeTimeProvider();
        var account = new StepAccount(perSecond: 10, most: 100, time);
        Assert.Equal(TimeSpan.Zero, account.SetAside(0));

        account.Take(150);

        // Fifty in debt, and one is needed.
        Assert.Equal(5.1, account.SetAside(0).TotalSeconds, 6);
        time.Advance(TimeSpan.FromSeconds(5.0));
        Assert.Equal(0.1, account.SetAside(0).TotalSeconds, 6);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(TimeSpan.Zero, account.SetAside(0));
        Assert.False(account.IsFull);
        time.Advance(TimeSpan.FromSeconds(1000));
        Assert.True(account.IsFull);
        account.Take(100);
        Assert.Equal(0.1, account.SetAside(0).TotalSeconds, 6);
    }

    [Fact]
    public void StepAccount_PlanIsLate_FillsMeanwhileButNoFurther()
    {
        var time = new FakeTimeProvider();
        var account = new StepAccount(perSecond: 10, most: 100, time);
        Assert.Equal(TimeSpan.Zero, account.SetAside(100));
        time.Advance(TimeSpan.FromSeconds(5));
        account.Take(100);
        account.GiveBack(100);

        // Fifty have come back while the device was busy with others.
        Assert.Equal(TimeSpan.Zero, account.SetAside(49));
        Assert.Equal(TimeSpan.Zero, account.SetAside(0));
        account.GiveBack(49);
        account.Take(50);
        Assert.Equal(0.1, account.SetAside(0).TotalSeconds, 6);

        // However long a plan takes, and however little it needs in the end, there is no more than a burst.
        time.Advance(TimeSpan.FromSeconds(1000));
        Assert.Equal(TimeSpan.Zero, account.SetAside(80));
        time.Advance(TimeSpan.FromSeconds(1000));
        account.Take(10);
        account.GiveBack(80);
        Assert.True(account.IsFull);
        account.Take(100);
        Assert.Equal(0.1, account.SetAside(0).TotalSeconds, 6);
    }

    [Fact]
    public void Reconstruct_OneCallersFlood_LeavesTheOthersPlaces()
    {
        using var quotas = new CallerQuotas(Options.Create(new QuotaOptions { Concurrent = 3 }), new FakeTimeProvider());
        var passes = Enumerable.Range(0, 1000).Select(_ => quotas.Reconstruct("flood", 1)).ToList();

        Assert.Equal(3, passes.Count(pass => pass.Value is not null));
        Assert.All(passes.Skip(3), pass => Assert.Equal(("concurrent", StatusCode.ResourceExhausted), (pass.Error!.Quota, pass.Error.Code)));
        Assert.NotNull(quotas.Reconstruct("another", 1).Value);
        passes[0].Value!.Dispose();
        Assert.NotNull(quotas.Reconstruct("flood", 1).Value);
    }

    [Fact]
    public void Work_AtOnce_IsBoundBesideReconstructions()
    {
        using var quotas = new CallerQuotas(Options.Create(new QuotaOptions { Concurrent = 2 }), new FakeTimeProvider());
        QuotaPass[] running = [quotas.Reconstruct("flood", 1).Value!, quotas.Reconstruct("flood", 1).Value!];
        var passes = Enumerable.Range(0, 100).Select(_ => quotas.Work("flood")).ToList();

        Assert.Equal(2, passes.Count(pass => pass.Value is not null));
        Assert.All(passes.Skip(2), pass => Assert.Equal(("concurrent", StatusCode.ResourceExhausted), (pass.Error!.Quota, pass.Error.Code)));
        Assert.NotNull(quotas.Work("another").Value);
        Assert.Null(quotas.Reconstruct("flood", 1).Value);
        passes[0].Value!.Dispose();
        Assert.NotNull(quotas.Work("flood").Value);
        Assert.Null(quotas.Work("flood").Value);
        Array.ForEach(running, pass => pass.Dispose());
        Assert.NotNull(quotas.Reconstruct("flood", 1).Value);
    }

    [Fact]
    public async Task Estimate_BeyondConcurrent_IsRefusedUntilOneHasEnded()
    {
        using var hold = new ManualResetEventSlim();
        var isIn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await InProcessServer.StartAsync(new MapperScene { Called = (network, _) => Look(network) }, ("Quotas:Concurrent", "1"));
        var client = server.Reconstruction();
        var estimate = new V1.EstimateSeverityRequest { Measurement = MapperScene.Fine().Measurement, Operator = MapperScene.Fine().Operator, IncludeDecodedMean = true };
        var degrade = new V1.DegradeRequest { Picture = MapperScene.FilePicture(32, 32), Operator = MapperScene.Fine().Operator };
        var first = client.EstimateSeverityAsync(estimate, InProcessServer.Call()).ResponseAsync;
        await isIn.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        foreach (var call in new Func<Task>[] { async () => await client.EstimateSeverityAsync(estimate, InProcessServer.Call()), async () => await client.DegradeAsync(degrade, InProcessServer.Call()) })
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(call);
            Assert.Equal("concurrent", refusal.GetRpcStatus()!.GetDetail<QuotaFailure>()!.Violations.Single().Subject);
        }

        hold.Set();
        await first;
        await client.DegradeAsync(degrade, InProcessServer.Call());

        void Look(string network)
        {
            if (network == "Decode" && isIn.TrySetResult())
            {
                Hold(hold);
            }
        }
    }

    [Fact]
    public void Reconstruct_StepsUsedUp_WaitsForThemAlone()
    {
        var time = new FakeTimeProvider();
        using var quotas = new CallerQuotas(Options.Create(new QuotaOptions { StepsPerSecond = 100, StepBurst = 1000 }), time);
        var pass = quotas.Reconstruct("heavy", 1).Value!;
        pass.Take(1200);
        pass.Dispose();

        var refused = quotas.Reconstruct("heavy", 1).Error!;

        Assert.Equal(("steps_per_second", 2.01), (refused.Quota, Math.Round(refused.RetryAfter!.Value.TotalSeconds, 3)));
        Assert.NotNull(quotas.Reconstruct("light", 1).Value);
        time.Advance(TimeSpan.FromSeconds(2.01));
        Assert.NotNull(quotas.Reconstruct("heavy", 1).Value);
    }

    [Fact]
    public void Take_PlanBecomesShorter_GivesTheDifferenceBack()
    {
        using var quotas = new CallerQuotas(Options.Create(new QuotaOptions { StepsPerSecond = 100, StepBurst = 1000 }), new FakeTimeProvider());
        using var pass = quotas.Reconstruct("caller", 100).Value!;
        pass.Take(1200);
        pass.Take(1150);
        pass.Take(1100);
        Assert.Equal(1.01, quotas.Reconstruct("caller", 1).Error!.RetryAfter!.Value.TotalSeconds, 6);
        pass.Take(400);

        // Only once, and no more than a caller has after a pause.
        using var another = quotas.Reconstruct("caller", 1).Value!;
        another.Take(800);
        Assert.Equal(2.01, quotas.Reconstruct("caller", 1).Error!.RetryAfter!.Value.TotalSeconds, 6);
    }

    [Fact]
    public void Reconstruct_FloodBeforeTheFirstPlan_IsLetInAsFarAsItsStepsGo()
    {
        var time = new FakeTimeProvider();
        using var quotas = new CallerQuotas(Options.Create(new QuotaOptions { StepsPerSecond = 100, StepBurst = 2000 }), time);
        var full = StepEstimate.Of(new V1.ReconstructRequest { Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full } });

        // The third finds none left that is not set aside; how many of them are needed is known in a moment.
        var passes = Enumerable.Range(0, 64).Select(_ => quotas.Reconstruct("flood", full)).ToList();
        Assert.Equal(2, passes.TakeWhile(pass => pass.Value is not null).Count());
        Assert.All(passes.Skip(2), pass => Assert.Equal(("steps_per_second", 0.1), (pass.Error!.Quota, pass.Error.RetryAfter!.Value.TotalSeconds)));
        Assert.NotNull(quotas.Reconstruct("another", full).Value);

        // One was milder than it said, the other ends without a plan: what they don't need is there again, once.
        passes[0].Value!.Take(300);
        passes[1].Value!.Dispose();
        passes[0].Value!.Dispose();
        var further = Enumerable.Range(0, 64).Select(_ => quotas.Reconstruct("flood", full)).Where(pass => pass.Value is not null).Select(pass => pass.Value!).ToList();
        Assert.Equal(2, further.Count);

        // 300 and twice 1000 of 2000: a debt of 300, whatever the estimate is, and a step more.
        further.ForEach(pass => pass.Take(1000));
        Assert.Equal(3.01, quotas.Reconstruct("flood", full).Error!.RetryAfter!.Value.TotalSeconds, 6);
        time.Advance(TimeSpan.FromSeconds(3.01));
        Assert.NotNull(quotas.Reconstruct("flood", full).Value);

        // What is set aside would take ten seconds; its plan is there before.
        Assert.Equal(1, quotas.Reconstruct("flood", full).Error!.RetryAfter!.Value.TotalSeconds, 6);
    }

    [Fact]
    public void Reconstruct_RefusedByAnotherQuota_SetsNothingAside()
    {
        using var quotas = new CallerQuotas(Options.Create(new QuotaOptions { StepsPerSecond = 1, StepBurst = 100, Concurrent = 1 }), new FakeTimeProvider());
        using var running = quotas.Reconstruct("caller", 10).Value!;
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("concurrent", quotas.Reconstruct("caller", 80).Error!.Quota);
        }
    }

    [Theory]
    [InlineData("{}", 100)]
    [InlineData("""{ "sampling": { "sampler": "SAMPLER_DDIM", "ddim_steps": 50 } }""", 5)]
    [InlineData("""{ "adaptation": { "mode": "ADAPTATION_MODE_FULL" } }""", 1000)]
    [InlineData("""{ "adaptation": { "mode": "ADAPTATION_MODE_FULL" }, "sampling": { "sampler": "SAMPLER_DDIM", "ddim_steps": 4 } }""", 4)]
    [InlineData("""{ "adaptation": { "mode": "ADAPTATION_MODE_FULL" }, "scheduling": { "max_network_calls": 20 } }""", 20)]
    [InlineData("""{ "adaptation": { "mode": "ADAPTATION_MODE_FIXED", "start_timestep": 399 } }""", 400)]
    [InlineData("""{ "adaptation": { "mode": "ADAPTATION_MODE_FIXED", "start_timestep": 399 }, "sampling": { "sampler": "SAMPLER_DDIM", "ddim_steps": 100 } }""", 40)]
    [InlineData("""{ "adaptation": { "mode": "ADAPTATION_MODE_FIXED", "severity": 0.1 }, "scheduling": { "max_network_calls": 500 } }""", 500)]
    [InlineData("""{ "adaptation": { "severity_multiplier": 10 } }""", 1000)]
    [InlineData("""{ "adaptation": { "severity_multiplier": 0.5 } }""", 100)]
    [InlineData("""{ "adaptation": { "mode": "ADAPTATION_MODE_FIXED", "start_timestep": -2147483648 }, "scheduling": { "max_network_calls": -1 } }""", 1)]
    [InlineData("""{ "adaptation": { "mode": "ADAPTATION_MODE_FIXED", "start_timestep": 2147483647 }, "sampling": { "ddim_steps": 2147483647 } }""", 1000)]
    public void StepEstimate_BeforeThePlan_IsWhatItAsksFor(string request, int steps) =>
        Assert.Equal(steps, StepEstimate.Of(Google.Protobuf.JsonParser.Default.Parse<V1.ReconstructRequest>(request)));

    [Fact]
    public async Task Call_BeyondAQuota_IsToldWhichAndWhenAndOthersAreServed()
    {
        using var folder = new SecuredFolder();
        using var hold = new ManualResetEventSlim();
        var (flood, calm) = (TestKey.New(), TestKey.New());
        var scene = new MapperScene { Called = (network, _) => Hold(network == "Denoise" ? hold : null) };
        await using var server = await InProcessServer.StartAsync(
            scene, ("Access:KeysFile", folder.Write("keys", TestKey.Line("flood", flood) + TestKey.Line("calm", calm))), ("Quotas:Concurrent", "2"), ("Quotas:StepsPerSecond", "0.001"), ("Quotas:StepBurst", "10"));
        var client = server.Reconstruction();
        var running = new[] { flood, flood, calm }.Select(key => InProcessServer.ResultAsync(client, InProcessServer.Short(), InProcessServer.Call(key))).ToList();
        await Eventually.IsAsync(() => server.ActiveSessions == 3);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => InProcessServer.ResultAsync(client, InProcessServer.Short(), InProcessServer.Call(flood)));

        var status = refusal.GetRpcStatus()!;
        Assert.Equal((StatusCode.ResourceExhausted, "QUOTA_EXCEEDED"), (refusal.StatusCode, status.GetDetail<ErrorInfo>()!.Reason));
        Assert.Equal("concurrent", status.GetDetail<QuotaFailure>()!.Violations.Single().Subject);
        Assert.True(status.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan() > TimeSpan.Zero);
        Assert.Contains(refusal.Trailers, trailer => trailer.Key == "grpc-retry-pushback-ms");
        hold.Set();
        await Task.WhenAll(running);

        // Both places are free again. Two of ten steps are left, which lets one more in; the four that it takes are a debt. The calm one has steps.
        await InProcessServer.ResultAsync(client, InProcessServer.Short(), InProcessServer.Call(flood));
        var spent = await Assert.ThrowsAsync<RpcException>(() => InProcessServer.ResultAsync(client, InProcessServer.Short(), InProcessServer.Call(flood)));
        Assert.Equal("steps_per_second", spent.GetRpcStatus()!.GetDetail<QuotaFailure>()!.Violations.Single().Subject);
        await InProcessServer.ResultAsync(client, InProcessServer.Short(), InProcessServer.Call(calm));
    }

    [Fact]
    public async Task Call_TooOften_IsRefusedWhateverTheMethod()
    {
        await using var server = await InProcessServer.StartAsync(null, ("Quotas:RequestsPerSecond", "0.001"), ("Quotas:RequestBurst", "2"));
        var client = server.Reconstruction();
        var degrade = new V1.DegradeRequest { Picture = MapperScene.FilePicture(32, 32), Operator = MapperScene.Fine().Operator };
        await client.DegradeAsync(degrade, InProcessServer.Call());
        await InProcessServer.ResultAsync(client, InProcessServer.Short(), InProcessServer.Call());

        foreach (var call in new Func<Task>[]
        {
            async () => await client.DegradeAsync(degrade, InProcessServer.Call()),
            async () => await client.EstimateSeverityAsync(new V1.EstimateSeverityRequest { Measurement = MapperScene.Fine().Measurement, Operator = MapperScene.Fine().Operator }, InProcessServer.Call()),
            () => InProcessServer.ResultAsync(client, InProcessServer.Short(), InProcessServer.Call()),
        })
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(call);
            Assert.Equal("requests_per_second", refusal.GetRpcStatus()!.GetDetail<QuotaFailure>()!.Violations.Single().Subject);
        }

        // JSON has no trailers: HTTP has a header of its own.
        using var http = new HttpClient { BaseAddress = server.Http };
        using var json = await http.PostAsync("/v1/pictures:degrade", new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.TooManyRequests, json.StatusCode);
        Assert.True(json.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        await new V1.CatalogService.CatalogServiceClient(server.Channel()).ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call());
    }

    [Fact]
    public async Task Reconstruct_JoinsByItsName_CountsAsARequest()
    {
        await using var server = await InProcessServer.StartAsync(null, ("Quotas:RequestsPerSecond", "0.001"), ("Quotas:RequestBurst", "2"), ("Quotas:Concurrent", "1"));
        var client = server.Reconstruction();
        var request = InProcessServer.Short();
        request.RequestId = "one";
        await InProcessServer.ResultAsync(client, request, InProcessServer.Call());
        await InProcessServer.ResultAsync(client, request, InProcessServer.Call());

        var refusal = await Assert.ThrowsAsync<RpcException>(() => InProcessServer.ResultAsync(client, request, InProcessServer.Call()));

        Assert.Equal("requests_per_second", refusal.GetRpcStatus()!.GetDetail<QuotaFailure>()!.Violations.Single().Subject);
        Assert.Equal(V1.ReconstructionState.Completed, (await client.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = "one" }, InProcessServer.Call())).State);
    }

    [Fact]
    public async Task Reconstruct_ComesBackAfterItsStreamBroke_CountsOnce()
    {
        using var hold = new ManualResetEventSlim();
        var scene = new MapperScene { Called = (network, _) => Hold(network == "Denoise" ? hold : null) };
        await using var server = await InProcessServer.StartAsync(scene, ("Quotas:RequestsPerSecond", "0.001"), ("Quotas:RequestBurst", "1"));
        var client = server.Reconstruction();
        var request = InProcessServer.Short();
        (request.RequestId, request.OnDisconnect) = ("one", V1.OnDisconnect.Detach);
        using (var breaks = client.Reconstruct(request, InProcessServer.Call()))
        {
            Assert.True(await breaks.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }

        // The server hears of the end a moment later; who comes before it joins what is followed.
        await Eventually.IsAsync(async () =>
        {
            using var again = client.Reconstruct(request, InProcessServer.Call());
            try
            {
                return await again.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
            }
            catch (RpcException refused) when (refused.StatusCode == StatusCode.ResourceExhausted)
            {
                return false;
            }
        });
        hold.Set();
    }

    private static void Hold(ManualResetEventSlim? until) => until?.Wait(TimeSpan.FromSeconds(60));
}
