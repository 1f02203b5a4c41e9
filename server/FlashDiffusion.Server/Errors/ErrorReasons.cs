namespace FlashDiffusion.Server.Errors;

/// <summary>Reasons in google.rpc.ErrorInfo: stable names that programs may compare.</summary>
internal static class ErrorReasons
{
    public const string InvalidRequest = "INVALID_REQUEST";
    public const string UnknownName = "UNKNOWN_NAME";
    public const string NotReady = "NOT_READY";
    public const string QueueFull = "QUEUE_FULL";
    public const string WorkFull = "WORK_FULL";
    public const string Starting = "SERVER_STARTING";
    public const string ShuttingDown = "SERVER_SHUTTING_DOWN";
    public const string Cancelled = "CANCELLED";
    public const string CancelledOnRequest = "CANCELLED_ON_REQUEST";
    public const string ClientStalled = "CLIENT_STALLED";
    public const string DeadlineExceeded = "DEADLINE_EXCEEDED";
    public const string SolverFault = "SOLVER_FAULT";
    public const string DeviceFault = "DEVICE_FAULT";
    public const string InternalFault = "INTERNAL_FAULT";
    public const string MessageTooLarge = "MESSAGE_TOO_LARGE";
    public const string Unimplemented = "UNIMPLEMENTED";
    public const string TransportFault = "TRANSPORT_FAULT";
    public const string ResumeTokenInvalid = "RESUME_TOKEN_INVALID";
    public const string ResumeExpired = "RESUME_EXPIRED";
    public const string ResumeMismatch = "RESUME_MISMATCH";
    public const string ResumeUnfit = "RESUME_UNFIT";
    public const string ResumeNotExact = "RESUME_NOT_EXACT";
    public const string CheckpointDamaged = "CHECKPOINT_DAMAGED";
    public const string CredentialsMissing = "CREDENTIALS_MISSING";
    public const string CredentialsInvalid = "CREDENTIALS_INVALID";
    public const string IssuerUnreachable = "ISSUER_UNREACHABLE";
    public const string AdminOnly = "ADMIN_ONLY";
    public const string HostRefused = "HOST_REFUSED";
    public const string QuotaExceeded = "QUOTA_EXCEEDED";
    public const string RequestIdTaken = "REQUEST_ID_TAKEN";
    public const string LoadFailed = "LOAD_FAILED";
    public const string MemoryExhausted = "MEMORY_EXHAUSTED";
    public const string UnknownRequestId = "UNKNOWN_REQUEST_ID";
}
