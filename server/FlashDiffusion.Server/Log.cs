namespace FlashDiffusion.Server;

/// <summary>Every log line of the server: 2xxx plugins, 3xxx server. Pictures and names of files never appear.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Debug, "Plugin loaded: {Kind} {Name} {Version}.", EventName = "PluginLoaded")]
    public static partial void PluginLoaded(ILogger logger, string kind, string name, string version);

    [LoggerMessage(2002, LogLevel.Error, "Plugin {Plugin} {Version} refused: {Reason}", EventName = "PluginRefused")]
    public static partial void PluginRefused(ILogger logger, string plugin, string version, string reason);

    [LoggerMessage(2003, LogLevel.Error, "No version of plugin {Plugin} in its folder can be used; version {Version}, loaded before, stays.", EventName = "PluginStays")]
    public static partial void PluginStays(ILogger logger, string plugin, string version);

    [LoggerMessage(2004, LogLevel.Information, "Plugins read again: {Loaded} loaded, {Replaced} replaced, {Failed} out of service.", EventName = "PluginsReloaded")]
    public static partial void PluginsReloaded(ILogger logger, int loaded, int replaced, int failed);

    [LoggerMessage(2005, LogLevel.Information, "Plugin {Plugin} {Version} is unloaded.", EventName = "PluginUnloaded")]
    public static partial void PluginUnloaded(ILogger logger, string plugin, string version);

    [LoggerMessage(2006, LogLevel.Critical, "{Kind} {Part} {Version} is out of service: {Reason}", EventName = "PluginQuarantined")]
    public static partial void PluginQuarantined(ILogger logger, string kind, string part, string version, string reason);

    [LoggerMessage(2007, LogLevel.Information, "The thread that was given up while plugin {Plugin} {Version} was loaded has come back; what it made is disposed of.", EventName = "PluginReturned")]
    public static partial void PluginReturned(ILogger logger, string plugin, string version);

    [LoggerMessage(2008, LogLevel.Warning, "Plugin {Plugin} {Version} did not let itself be disposed of at the end: {Reason}", EventName = "PluginEndedBadly")]
    public static partial void PluginEndedBadly(ILogger logger, string plugin, string version, string reason);

    [LoggerMessage(3001, LogLevel.Information, "{Summary}", EventName = "Ready")]
    public static partial void Ready(ILogger logger, string summary);

    [LoggerMessage(3002, LogLevel.Information, "Shutting down: {Running} running reconstructions get {Grace} s to finish.", EventName = "Draining")]
    public static partial void Draining(ILogger logger, int running, double grace);

    [LoggerMessage(3003, LogLevel.Critical, "Starting failed: {Reason}", EventName = "StartFailed")]
    public static partial void StartFailed(ILogger logger, string reason, Exception? exception);

    [LoggerMessage(3004, LogLevel.Error, "Model {Model} {Version} can't be used: {Reason}", EventName = "ModelFailed")]
    public static partial void ModelFailed(ILogger logger, string model, string version, string reason);

    [LoggerMessage(3005, LogLevel.Warning, "There is no model repository '{Root}'; --models names one.", EventName = "NoModels")]
    public static partial void NoModels(ILogger logger, string root);

    [LoggerMessage(3006, LogLevel.Warning, "Warming up model {Model} with solver {Solver} failed: {Reason}", EventName = "WarmUpFailed")]
    public static partial void WarmUpFailed(ILogger logger, string model, string solver, string reason, Exception? exception);

    [LoggerMessage(3007, LogLevel.Information, "Model {Model} {Version}: {Description}", EventName = "ModelLoaded")]
    public static partial void ModelLoaded(ILogger logger, string model, string version, string description);

    [LoggerMessage(3008, LogLevel.Warning, "Neither Resume:KeysFile nor Resume:Key is set: resume tokens are sealed with a random key, so that no other server can go on with this one's work, nor this one after a restart.", EventName = "RandomResumeKey")]
    public static partial void RandomResumeKey(ILogger logger);

    [LoggerMessage(3009, LogLevel.Error, "Operator {Operator} can't be used: {Reason}", EventName = "OperatorFailed")]
    public static partial void OperatorFailed(ILogger logger, string @operator, string reason);

    [LoggerMessage(3020, LogLevel.Error, "The server is not ready: {Reason}", EventName = "NotReady")]
    public static partial void NotReady(ILogger logger, string reason);

    [LoggerMessage(3017, LogLevel.Information, "Model {Model} {Version} takes no new requests; {Leases} use it still.", EventName = "ModelUnloading")]
    public static partial void ModelUnloading(ILogger logger, string model, string version, int leases);

    [LoggerMessage(3018, LogLevel.Information, "Model {Model} {Version} is unloaded.", EventName = "ModelUnloaded")]
    public static partial void ModelUnloaded(ILogger logger, string model, string version);

    [LoggerMessage(3019, LogLevel.Error, "Model {Model} {Version} could not be loaded anew; what was loaded before stays in service. {Reason}", EventName = "ModelStays")]
    public static partial void ModelStays(ILogger logger, string model, string version, string reason);

    [LoggerMessage(3026, LogLevel.Warning, "With model {Model} on {Device}, {Problem}. Exact requests are computed one by one: of every model if this is said at the start, of this one if it was loaded later.", EventName = "ShapeGivenUp")]
    public static partial void ShapeGivenUp(ILogger logger, string model, string device, string problem);

    [LoggerMessage(3042, LogLevel.Warning, "With model {Model} on {Device}, {Problem}, so that severities, and with them starts, may depend on companions. Set Engine:SeverityBatch to 1.", EventName = "LooksDepend")]
    public static partial void LooksDepend(ILogger logger, string model, string device, string problem);

    [LoggerMessage(3028, LogLevel.Warning, "With model {Model} on {Device}, bfloat16 does not pay: a decode with its gradient takes {BFloat16Ms:0.0} ms, {Float32Ms:0.0} ms in float32. Leave Engine:Precision at Float32.", EventName = "PrecisionDoesNotPay")]
    public static partial void PrecisionDoesNotPay(ILogger logger, string model, string device, double bFloat16Ms, double float32Ms);

    [LoggerMessage(3029, LogLevel.Information, "With model {Model} on {Device}, bfloat16 pays: a decode with its gradient takes {BFloat16Ms:0.0} ms, {Float32Ms:0.0} ms in float32.", EventName = "PrecisionPays")]
    public static partial void PrecisionPays(ILogger logger, string model, string device, double bFloat16Ms, double float32Ms);

    [LoggerMessage(3034, LogLevel.Information, "{Lanes} step-time curves measured before the start are known again, out of Engine:CurveFile.", EventName = "CurvesKnown")]
    public static partial void CurvesKnown(ILogger logger, int lanes);

    [LoggerMessage(3035, LogLevel.Warning, "Step times in Engine:CurveFile are left out and will be measured anew: {Reason}", EventName = "CurvesLeftOut")]
    public static partial void CurvesLeftOut(ILogger logger, string reason);

    [LoggerMessage(3036, LogLevel.Warning, "Step times can't be kept in Engine:CurveFile; a restarted server will measure them anew: {Reason}", EventName = "CurvesNotKept")]
    public static partial void CurvesNotKept(ILogger logger, string reason);

    [LoggerMessage(3015, LogLevel.Warning, "Log level of {Category} is now {Level}.", EventName = "LogLevelChanged")]
    public static partial void LogLevelChanged(ILogger logger, string category, string level);

    [LoggerMessage(3016, LogLevel.Warning, "Drained by an administrator: {Running} reconstructions still run, new ones are refused.", EventName = "Drained")]
    public static partial void Drained(ILogger logger, int running);

    [LoggerMessage(EventId = 3010, EventName = "Answered", Message = "Answered {Code} ({Reason}): {Message}")]
    public static partial void Answered(ILogger logger, LogLevel level, Grpc.Core.StatusCode code, string reason, string message);

    [LoggerMessage(3011, LogLevel.Debug, "The client of session {Session} went away.", EventName = "ClientGone")]
    public static partial void ClientGone(ILogger logger, long session);

    [LoggerMessage(3012, LogLevel.Information, "The client of session {Session} did not read for {Seconds} s; its work is cancelled.", EventName = "ClientStalled")]
    public static partial void ClientStalled(ILogger logger, long session, double seconds);

    [LoggerMessage(3039, LogLevel.Information, "The client of {Method} did not read for {Seconds} s; its call is cancelled.", EventName = "CallStalled")]
    public static partial void CallStalled(ILogger logger, string method, double seconds);

    [LoggerMessage(3048, LogLevel.Information, "The client of {Method} sent a message too slowly; its call is cancelled.", EventName = "MessageTooSlow")]
    public static partial void MessageTooSlow(ILogger logger, string method);

    [LoggerMessage(3030, LogLevel.Warning, "{Warning}", EventName = "Exposed")]
    public static partial void Exposed(ILogger logger, string warning);

    [LoggerMessage(3031, LogLevel.Information, "A call on the {Port} port from {Remote} was refused: {Reason} ({Detail}).", EventName = "AccessRefused")]
    public static partial void AccessRefused(ILogger logger, Hosting.EndpointRole port, string remote, string reason, string detail);

    [LoggerMessage(3040, LogLevel.Error, "The issuer of tokens {Issuer} can't be asked for its keys, so calls with its tokens are UNAVAILABLE; asked again while they come: {Problem}", EventName = "IssuerUnreachable")]
    public static partial void IssuerUnreachable(ILogger logger, string issuer, string problem);

    [LoggerMessage(3041, LogLevel.Information, "The issuer of tokens {Issuer} has told its keys.", EventName = "IssuerReached")]
    public static partial void IssuerReached(ILogger logger, string issuer);

    [LoggerMessage(3032, LogLevel.Information, "The files of the {What} have changed and are in use.", EventName = "Rotated")]
    public static partial void Rotated(ILogger logger, string what);

    [LoggerMessage(3033, LogLevel.Error, "The files of the {What} have changed and can't be used, what was there before stays: {Problem}", EventName = "NotRotated")]
    public static partial void NotRotated(ILogger logger, string what, string problem);

    [LoggerMessage(3037, LogLevel.Warning, "Settings were read again and can't be used, what was there before stays: {Problem}", EventName = "SettingsStay")]
    public static partial void SettingsStay(ILogger logger, string problem);

    [LoggerMessage(3038, LogLevel.Warning, "{Running} reconstructions end with the server: nobody followed them any more, or their device did not come back from a step in time.", EventName = "EndedUnderWay")]
    public static partial void EndedUnderWay(ILogger logger, int running);

    [LoggerMessage(3045, LogLevel.Information, "A connection to the {Port} port from {Remote} was refused: its client certificate lets nobody in ({Detail}).", EventName = "HandshakeRefused")]
    public static partial void HandshakeRefused(ILogger logger, Hosting.EndpointRole port, string remote, string detail);

    [LoggerMessage(3046, LogLevel.Warning, "The TLS certificate ends in {Hours:0} h, at {End:u}: clients can't connect from then on. Write the next one over its files; no restart is needed.", EventName = "CertificateEnds")]
    public static partial void CertificateEnds(ILogger logger, double hours, DateTimeOffset end);

    [LoggerMessage(3047, LogLevel.Error, "The TLS certificate ended at {End:u}: clients that look can't connect. Write the next one over its files; no restart is needed.", EventName = "CertificateEnded")]
    public static partial void CertificateEnded(ILogger logger, DateTimeOffset end);

    [LoggerMessage(3014, LogLevel.Error, "The call {Method} failed inside the server.", EventName = "Fault")]
    public static partial void Fault(ILogger logger, string method, Exception exception);
}
