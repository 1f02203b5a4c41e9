using FlashDiffusion.Server.Errors;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Server.Tests.Pages;

/// <summary>The studio page knows errors of the server by their reasons; its own test answers in the server's place.</summary>
public sealed class StudioReasonTests
{
    [Fact]
    public void Page_WaitsByTheReasonThatTheServerGives()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "server", "FlashDiffusion.Server", "Studio", "page", "serving.js"));

        Assert.Contains($"error.reason === \"{EngineErrors.Starting.Reason}\"", page, StringComparison.Ordinal);
    }
}
