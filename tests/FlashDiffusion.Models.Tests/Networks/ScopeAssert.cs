using TorchSharp;

namespace FlashDiffusion.Models.Networks;

/// <summary>That work leaves no tensor behind.</summary>
internal static class ScopeAssert
{
    /// <summary>Done again and again, it adds nothing to its dispose scope; the first time it may.</summary>
    public static void LeavesNothing(DisposeScope scope, Action once)
    {
        once();
        var before = scope.DisposablesCount;

        for (var i = 0; i < 5; i++)
        {
            once();
        }

        Assert.Equal(before, scope.DisposablesCount);
    }
}
