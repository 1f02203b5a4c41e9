using FlashDiffusion.Server.Tests.Resume;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Server.Tests.Telemetry;

public sealed class RuntimeLogLevelsTests
{
    [Fact]
    public async Task Change_WhileAFileOfKeysIsBroken_IsMadeAndTheKeysStay()
    {
        using var folder = new SecuredFolder();
        await using var server = await InProcessServer.StartAsync(null, ("Admin:Enabled", "true"), ("Resume:KeysFile", folder.Write("keys", ResumeScene.Key(1))));
        var logger = server.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Looked.At");
        Assert.True(logger.IsEnabled(LogLevel.Debug));
        folder.Write("keys", "no key");

        await new V1.AdminService.AdminServiceClient(server.Channel(address: server.Admin))
            .SetLogLevelAsync(new V1.SetLogLevelRequest { Category = "Looked", Level = V1.LogLevel.Error }, InProcessServer.Call());

        Assert.False(logger.IsEnabled(LogLevel.Debug));
        Assert.Contains("Settings were read again and can't be used", server.Logs.Text, StringComparison.Ordinal);
        Assert.NotNull(server.Services.GetRequiredService<FlashDiffusion.Server.Resume.ResumeKeyring>().Current);
    }
}
