using System.Globalization;
using System.Text;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Configuration;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Hosting;

/// <summary>The one thing to read after a start: addresses, models, solvers, and what failed.</summary>
internal sealed class StartSummary(IServer server, IOptions<ServerOptions> options, IOptions<EngineOptions> engine)
{
    public string Of(ServingContext context)
    {
        var text = new StringBuilder("FlashDiffusion has started.").AppendLine();
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses.ToArray() ?? [];
        string[] uses = ["gRPC   ", "HTTP   ", "metrics", "admin  "];
        foreach (var (use, address) in uses.Zip(addresses))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {use}  {address}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"  device   {engine.Value.Device}, up to {engine.Value.MaximumBatch} reconstructions a step");
        foreach (var model in context.Models.Entries)
        {
            var encoders = model.Model is { } served && served.SeverityEncoders.Count > 0
                ? "severity for " + string.Join(", ", served.SeverityEncoders.Keys.Order(StringComparer.Ordinal))
                : "no severity encoders";
            text.AppendLine(CultureInfo.InvariantCulture, $"  model    {model.Name} {model.Version}: {(model.IsReady ? encoders : "FAILED: " + model.Reason)}");
        }

        if (context.Models.Entries.IsEmpty)
        {
            text.AppendLine("  model    none found: nothing can be reconstructed until --models names a repository");
        }

        foreach (var solver in context.Solvers.Entries)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  solver   {solver.Name} {solver.Version}{(solver.IsReady ? "" : ": FAILED: " + solver.Reason)}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"  operator {string.Join(", ", context.Operators.ReadyNames)}");
        foreach (var failed in context.Operators.Entries.Where(entry => entry.Family is null))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  operator {failed.Name} {failed.Version}: FAILED: {failed.Reason}");
        }

        if (ListenAddress.IsLoopback(options.Value.Listen))
        {
            text.AppendLine("  Only this machine can connect; --listen=any opens it.");
        }

        return text.ToString().TrimEnd();
    }
}
