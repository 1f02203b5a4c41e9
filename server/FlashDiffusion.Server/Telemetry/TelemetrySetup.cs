using System.Reflection;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Configuration;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FlashDiffusion.Server.Telemetry;

/// <summary>
/// Metrics for Prometheus always; traces, metrics and logs to a collector if the standard environment variables name one. The
/// client's <c>traceparent</c> is the parent of a call's span.
/// </summary>
internal static class TelemetrySetup
{
    public static void AddFlashDiffusionTelemetry(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>() ?? new TelemetryOptions();
        var (traces, metrics, logs) = (
            new OtlpSignal(builder.Configuration, "TRACES"), new OtlpSignal(builder.Configuration, "METRICS"), new OtlpSignal(builder.Configuration, "LOGS"));
        builder.Services.AddSingleton<FlashDiffusionTelemetry>();
        builder.Services.AddSingleton<RpcMetrics>();
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(options.ServiceName, serviceVersion: Version()).AddEnvironmentVariableDetector())
            .WithMetrics(meters =>
            {
                meters.AddMeter(FlashDiffusionTelemetry.Name).AddRuntimeInstrumentation().AddPrometheusExporter();
                if (metrics.IsSet)
                {
                    meters.AddOtlpExporter(metrics.Configure);
                }
            });
        if (traces.IsSet)
        {
            telemetry.WithTracing(spans => spans
                .AddSource(FlashDiffusionTelemetry.Name)
                .AddAspNetCoreInstrumentation(instrumentation =>
                {
                    instrumentation.Filter = context => context.Request.Path.StartsWithSegments("/flashdiffusion.v1.ReconstructionService", StringComparison.Ordinal);
                    // At the end, since the instrumentation names the span after its route by then.
                    instrumentation.EnrichWithHttpResponse = (activity, response) => activity.DisplayName = response.HttpContext.Request.Path.Value!.TrimStart('/');
                })
                .AddOtlpExporter(traces.Configure));
        }

        if (logs.IsSet)
        {
            telemetry.WithLogging(provider => provider.AddOtlpExporter(logs.Configure), logging => logging.IncludeScopes = true);
        }
    }

    private static string Version() => typeof(TelemetrySetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
