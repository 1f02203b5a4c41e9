using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>A solver that hangs takes its own reconstructions with it, and nothing else.</summary>
public sealed class HangTests
{
    [Fact]
    public async Task Step_Hangs_ItsBatchEndsWithTokensAndEverythingElseGoesOn()
    {
        await using var scene = new HangScene();
        scene.Solver.Hangs = batch => batch.Count == 2 && batch.Rows[0].StepIndex == 7;
        var companions = new[] { scene.Send(scene.Solver, 1), scene.Send(scene.Solver, 2) };
        var bystander = scene.Send(scene.Other, 3);
        scene.Open();
        await scene.Solver.EnteredAsync();

        scene.Wait(0.75 * HangScene.Limit);
        Assert.Empty(scene.Hung);
        scene.Wait(HangScene.Limit);

        Assert.Equal(scene.Solver, Assert.Single(scene.Hung).Part);
        foreach (var companion in companions)
        {
            var end = await HangScene.FailedAsync(companion);
            Assert.Equal((SessionOutcome.SolverFailed, "SOLVER_FAULT"), (end.Failure.Outcome, end.Failure.Reason));
            Assert.Contains("hanging", end.Failure.Message, StringComparison.Ordinal);
            // The newest that was saved: every other step is, and the thread's own tensors can't be asked.
            Assert.Equal(end.Failure.Step - (end.Failure.Step % 2), end.Checkpoint!.StepIndex);
        }

        await EngineHarness.ResultAsync(bystander);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 4));
        Assert.Equal(0, scene.Engine.ActiveSessions);
    }

    [Fact]
    public async Task Process_SleepsDuringAStep_NothingHungAndTheStepIsNoSlowOne()
    {
        await using var scene = new HangScene();
        scene.Solver.Hangs = batch => batch.Rows[0].StepIndex == 38;
        var session = scene.Send(scene.Solver, 1);
        scene.Open();
        await scene.Solver.EnteredAsync();

        scene.Sleep(100 * HangScene.Limit);
        scene.Wait(HangScene.Limit / 2);
        scene.Solver.Release();

        await EngineHarness.ResultAsync(session);
        Assert.Empty(scene.Hung);
        Assert.All(scene.Engine.Times.Single().Copy().SelectMany(lane => lane.Points), point => Assert.InRange(point.Seconds, 0, HangScene.Limit));
    }

    [Fact]
    public async Task Checkpoint_OfAHungStep_GoesOnToTheUninterruptedResult()
    {
        await using var scene = new HangScene();
        var whole = scene.Send(scene.Other, 5);
        scene.Open();
        var expected = await EngineHarness.ResultAsync(whole);
        scene.Solver.Hangs = batch => batch.Rows[0].StepIndex == 11;
        var hung = scene.Send(scene.Solver, 5);
        await scene.Solver.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);
        var checkpoint = (await HangScene.FailedAsync(hung)).Checkpoint!;

        var resumed = await EngineHarness.ResultAsync(scene.Send(scene.Other, 5, request => request with { Resume = checkpoint }));

        Assert.Equal(10, checkpoint.StepIndex);
        Assert.Equal(expected.Picture.Values, resumed.Picture.Values);
    }

    [Fact]
    public async Task Quarantine_AfterAHang_TheSolverGetsNoFurtherStep()
    {
        await using var scene = new HangScene();
        scene.Solver.Hangs = _ => true;
        var hung = scene.Send(scene.Solver, 1);
        scene.Open();
        await scene.Solver.EnteredAsync();
        var waiting = scene.Send(scene.Solver, 2);
        scene.Wait(2 * HangScene.Limit);
        await HangScene.FailedAsync(hung);

        Assert.Equal("SOLVER_FAULT", (await HangScene.FailedAsync(waiting)).Failure.Reason);
        Assert.Equal("SOLVER_FAULT", (await HangScene.FailedAsync(scene.Send(scene.Solver, 3))).Failure.Reason);
        Assert.Single(scene.Hung);
    }

    [Fact]
    public async Task OtherDevice_WithTheSameSolver_EndsItsSamplesWhereTheyStand()
    {
        await using var scene = new HangScene("cpu,cpu");
        var first = 1;
        // Whichever device comes first hangs; the other one takes its steps until it is told.
        scene.Solver.Hangs = batch => batch.Rows[0].StepIndex == 3 && Interlocked.Exchange(ref first, 0) == 1;
        var sessions = Enumerable.Range(0, 6).Select(i => scene.Send(scene.Solver, (ulong)i, request => request with { MaximumNetworkCalls = null })).ToArray();
        scene.Open();
        await scene.Solver.EnteredAsync();

        scene.Wait(2 * HangScene.Limit);

        foreach (var session in sessions)
        {
            var last = (await EngineHarness.EventsAsync(session))[^1];
            // Fast ones may have been done before; what had not begun has nothing to go on from.
            Assert.True(last is ResultEvent or FailedEvent { Failure.Reason: "SOLVER_FAULT", Checkpoint: not null } or FailedEvent { Failure: { Reason: "SOLVER_FAULT", Step: null } }, last.ToString());
        }

        Assert.Contains(scene.Hung, hung => hung.Part == scene.Solver);
        // Virtual time runs fast: what the other device was calling meanwhile, if it had no processor, seems to hang as well, and that must end no worse.
        Assert.DoesNotContain(scene.Hung, hung => hung.Part == scene.Other || hung.Part == scene.Family);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 9, request => scene.OfAnotherModel(scene.OfFamily(request))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Thread_ComesBack_TouchesNothingAndLetsGo(bool callsANetwork)
    {
        await using var scene = new HangScene();
        scene.Solver.Hangs = batch => batch.Rows[0].StepIndex == 5;
        scene.Solver.CallsAfterwards = callsANetwork;
        var letGo = new TaskCompletionSource();
        var hung = scene.Send(scene.Solver, 1, letGo: letGo.SetResult);
        scene.Open();
        await scene.Solver.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);
        await HangScene.FailedAsync(hung);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 2));

        // As long as the thread is in the solver's code, that code and the model's weights stay.
        Assert.False(letGo.Task.IsCompleted);
        scene.Solver.Release();
        await letGo.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 3));
    }

    [Fact]
    public async Task Deadline_PassesInAHungStep_TheLeaseStaysWithTheThread()
    {
        await using var scene = new HangScene();
        scene.Solver.Hangs = batch => batch.Rows[0].StepIndex == 5;
        var letGo = new TaskCompletionSource();
        var hung = scene.Send(scene.Solver, 1, request => request with { TimeLimit = TimeSpan.FromSeconds(HangScene.Limit / 2), OnTightDeadline = default }, letGo.SetResult);
        scene.Open();
        await scene.Solver.EnteredAsync();
        scene.Wait(HangScene.Limit * 0.75);

        Assert.Equal(SessionOutcome.DeadlineExceeded, (await HangScene.FailedAsync(hung)).Failure.Outcome);
        scene.Wait(2 * HangScene.Limit);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 2));

        Assert.False(letGo.Task.IsCompleted);
        scene.Solver.Release();
        await letGo.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Limit_Zero_WaitsForEver()
    {
        await using var scene = new HangScene(limit: 0);
        scene.Solver.Hangs = batch => batch.Rows[0].StepIndex == 5;
        var slow = scene.Send(scene.Solver, 1);
        scene.Open();
        await scene.Solver.EnteredAsync();
        scene.Wait(10 * HangScene.Limit);
        scene.Solver.Release();

        await EngineHarness.ResultAsync(slow);
        Assert.Empty(scene.Hung);
    }
}
