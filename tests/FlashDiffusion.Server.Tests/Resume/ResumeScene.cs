using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Resume;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Server.Tests.Resume;

/// <summary>The resume side of one server; scenes with one key are replicas.</summary>
internal sealed class ResumeScene
{
    /// <param name="key">The server's key; a random one if empty.</param>
    /// <param name="previous">A key that it still opens.</param>
    /// <param name="engine">Options of its engine.</param>
    public ResumeScene(string key = "", string? previous = null, EngineOptions? engine = null)
    {
        Options = new FixedOptions<ResumeOptions>(new ResumeOptions { Key = key, PreviousKeys = previous is null ? [] : [previous], TokenLifetimeSeconds = 60 });
        Keys = new ResumeKeyring(Options, NullLogger<ResumeKeyring>.Instance);
        Seal = new ResumeSeal(Keys);
        Reader = new TokenReader(Seal, Time);
        Desk = new ResumeDesk(
            Reader,
            Seal,
            new ComputeFingerprint(Microsoft.Extensions.Options.Options.Create(engine ?? new EngineOptions { Threads = 1 })),
            Microsoft.Extensions.Options.Options.Create(Options.CurrentValue),
            Time);
    }

    public static string Key(byte fill) => Convert.ToBase64String(Enumerable.Repeat(fill, 32).ToArray());

    public FixedOptions<ResumeOptions> Options { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public ResumeKeyring Keys { get; }

    public ResumeSeal Seal { get; }

    public TokenReader Reader { get; }

    public ResumeDesk Desk { get; }
}
