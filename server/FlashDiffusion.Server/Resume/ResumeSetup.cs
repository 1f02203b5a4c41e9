using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Security.Files;

namespace FlashDiffusion.Server.Resume;

/// <summary>What seals checkpoints and opens them again.</summary>
internal static class ResumeSetup
{
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        var path = (configuration.GetSection(ResumeOptions.Section).Get<ResumeOptions>() ?? new ResumeOptions()).KeysFile;
        if (path.Length > 0)
        {
            RotatingFiles.Add(services, "keys of resume tokens", [path], (out string problem) => FileContent.Read(path, ResumeKeys.Parse, out problem));
        }

        services.AddSingleton<ResumeKeyring>();
        services.AddSingleton<ResumeSeal>();
        services.AddSingleton<TokenReader>();
        services.AddSingleton<ComputeFingerprint>();
        services.AddSingleton<ResumeDesk>();
    }
}
