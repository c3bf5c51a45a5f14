/** What each service answers when it throttles, fails or is down: its documented codes and statuses. */
import { AwsError, ServiceName } from "../service.ts";

type Answer = readonly [code: string, status: number];

const RATE_EXCEEDED = "Rate exceeded";

// EC2's error codes; Lambda's TooManyRequestsException; ELB user guide, "Request throttling": "you get
// the ThrottlingException error code and a Rate exceeded error message". IAM, STS, SNS and CloudWatch
// say Throttling on the wire, which every SDK retries alike.
const THROTTLED: Partial<Record<ServiceName, Answer>> = {
  [ServiceName.CloudWatch]: ["Throttling", 400],
  [ServiceName.Ec2]: ["RequestLimitExceeded", 503],
  [ServiceName.Iam]: ["Throttling", 400],
  [ServiceName.Lambda]: ["TooManyRequestsException", 429],
  [ServiceName.Sns]: ["Throttling", 400],
  [ServiceName.Sts]: ["Throttling", 400],
};

const FAILED: Partial<Record<ServiceName, Answer>> = {
  [ServiceName.AutoScaling]: ["InternalServiceException", 500],
  [ServiceName.CloudWatch]: ["InternalServiceFault", 500],
  [ServiceName.DynamoDb]: ["InternalServerError", 500],
  [ServiceName.Ec2]: ["InternalError", 500],
  [ServiceName.Ecs]: ["ServerException", 500],
  [ServiceName.Events]: ["InternalException", 500],
  [ServiceName.Iam]: ["ServiceFailureException", 500],
  [ServiceName.Lambda]: ["ServiceException", 500],
  [ServiceName.Scheduler]: ["InternalServerException", 500],
  [ServiceName.Sns]: ["InternalErrorException", 500],
};

const DOWN: Partial<Record<ServiceName, Answer>> = {
  [ServiceName.Ec2]: ["Unavailable", 503],
  [ServiceName.Logs]: ["ServiceUnavailableException", 500],
};

/** DynamoDB throttles a table in on-demand mode, the only one here, with a ThrottlingException too. */
export function throttled(service: ServiceName): AwsError {
  const [code, status] = THROTTLED[service] ?? ["ThrottlingException", 400];
  return new AwsError(
    code,
    service === ServiceName.Ec2 ? "Request limit exceeded." : RATE_EXCEEDED,
    status,
  );
}

/** The codes beside a service's own are those "common to the API actions of all AWS services". */
export function internalError(service: ServiceName): AwsError {
  const [code, status] = FAILED[service] ?? ["InternalFailure", 500];
  return new AwsError(
    code,
    "The request processing has failed because of an unknown error, exception or failure.",
    status,
  );
}

export function unavailable(service: ServiceName): AwsError {
  const [code, status] = DOWN[service] ?? ["ServiceUnavailable", 503];
  return new AwsError(
    code,
    "The request has failed due to a temporary failure of the server.",
    status,
  );
}
