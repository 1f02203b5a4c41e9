using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>An operator's gradients are its own code too, though a solver asks for them when the operator has long returned.</summary>
public sealed class GradientHangTests
{
    [Fact]
    public async Task Gradient_OfAnOperatorHangs_TheOperatorIsToBlame()
    {
        await using var scene = new HangScene();
        scene.Open();
        scene.Family.Hangs = OperatorCall.Gradient;
        var session = scene.Send(scene.Other, 1, scene.OfFamily);
        await scene.Family.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        Assert.Equal("SOLVER_FAULT", (await HangScene.FailedAsync(session)).Failure.Reason);
        var hung = Assert.Single(scene.Hung);
        Assert.Same(scene.Family, hung.Part);
        Assert.StartsWith("A gradient of an operator in a step", hung.Reason, StringComparison.Ordinal);

        // The solver serves on, with other operators.
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 2));
    }

    [Fact]
    public async Task Step_HangsAfterAGradientOfItsOperator_TheSolverIsToBlame()
    {
        using var point = new HangPoint();
        await using var scene = new HangScene();
        scene.Other.Misshapen[1] = output =>
        {
            point.Pass(true);
            return output;
        };
        scene.Open();
        var session = scene.Send(scene.Other, 1, scene.OfFamily);
        await point.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        Assert.Equal("SOLVER_FAULT", (await HangScene.FailedAsync(session)).Failure.Reason);
        Assert.Same(scene.Other, Assert.Single(scene.Hung).Part);
        point.Release();
    }
}
