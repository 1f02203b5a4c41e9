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
        Assert.Equal(TimeSpan.Zero, account.Wait());

        account.Take(150);

        // Fifty in debt, and one is needed.
        Assert.Equal(5.1, account.Wait().TotalSeconds, 6);
        time.Advance(TimeSpan.FromSeconds(5.0));
        Assert.Equal(0.1, account.Wait().TotalSeconds, 6);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(TimeSpan.Zero, account.Wait());
        Assert.False(account.IsFull);
        time.Advance(TimeSpan.FromSeconds(1000));
        Assert.True(account.IsFull);
        account.Take(100);
        Assert.Equal(0.1, account.Wait().TotalSeconds, 6);
    }

    [Fact]
    public void Reconstruct_OneCallersFlood_LeavesTheOthersPlaces()
    {
        using var quotas = new CallerQuotas(Options.Create(new QuotaOptions { Concurrent = 3 }), new FakeTimeProvider());
        var passes = Enumerable.Range(0, 1000).Select(_ => quotas.Reconstruct("flood")).ToList();

        Assert.Equal(3, passes.Count(pass => pass.Value is not null));
        Assert.All(passes.Skip(3), pass => Assert.Equal(("concurrent", StatusCode.ResourceExhausted), (pass.Error!.Quota, pass.Error.Code)));
        Assert.NotNull(quotas.Reconstruct("another").Value);
        passes[0].Value!.Dispose();
        Assert.NotNull(quotas.Reconstruct("flood").Value);
    }

    [Fact]
    public void Work_AtOnce_IsBoundBesideReconstructions()
    {
        using var quotas = new CallerQuotas(Options.Create(new QuotaOptions { Concurrent = 2 }), new FakeTimeProvider());
        QuotaPass[] running = [quotas.Reconstruct("flood").Value!, quotas.Reconstruct("flood").Value!];
        var passes = Enumerable.Range(0, 100).Select(_ => quotas.Work("flood")).ToList();

        Assert.Equal(2, passes.Count(pass => pass.Value is not null));
        Assert.All(passes.Skip(2), pass => Assert.Equal(("concurrent", StatusCode.ResourceExhausted), (pass.Error!.Quota, pass.Error.Code)));
        Assert.NotNull(quotas.Work("another").Value);
        Assert.Null(quotas.Reconstruct("flood").Value);
        passes[0].Value!.Dispose();
        Assert.NotNull(quotas.Work("flood").Value);
        Assert.Null(quotas.Work("flood").Value);
        Array.ForEach(running, pass => pass.Dispose());
        Assert.NotNull(quotas.Reconstruct("flood").Value);
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
        var pass = quotas.Reconstruct("heavy").Value!;
        pass.Take(1200);
        pass.Dispose();

        var refused = quotas.Reconstruct("heavy").Error!;

        Assert.Equal(("steps_per_second", 2.01), (refused.Quota, Math.Round(refused.RetryAfter!.Value.TotalSeconds, 3)));
        Assert.NotNull(quotas.Reconstruct("light").Value);
        time.Advance(TimeSpan.FromSeconds(2.01));
        Assert.NotNull(quotas.Reconstruct("heavy").Value);
    }

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

    private static void Hold(ManualResetEventSlim? until) => until?.Wait(TimeSpan.FromSeconds(60));
}
