// Acceptance of a running lab by aws-sdk-go-v2, which speaks CBOR and gzip to CloudWatch and the
// query protocol to the others: one line per check, exit code 1 on a failure.
//
//	go run . [ENDPOINT]        (or AWS_ENDPOINT_URL)
package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// All calls together; a lab that hangs must not hang the program.
const patience = 2 * time.Minute

func main() {
	endpoint := cmp.Or(append(os.Args[1:], os.Getenv("AWS_ENDPOINT_URL"), "http://127.0.0.1:4599")...)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	wire := &recorder{next: http.DefaultTransport}
	config := aws.Config{
		Region:           "us-east-1",
		BaseEndpoint:     aws.String(endpoint),
		Credentials:      credentials.NewStaticCredentialsProvider("check", "check", ""),
		HTTPClient:       &http.Client{Transport: wire},
		RetryMaxAttempts: 1,
	}
	balancing(ctx, config, wire)
	alarming(ctx, config, wire)
	notifying(ctx, config)
	refusedCredentials(ctx, config)
	if failures > 0 {
		fmt.Printf("aws-sdk-go-v2 %s: %d failed\n", aws.SDKVersion, failures)
		os.Exit(1)
	}
	fmt.Printf("aws-sdk-go-v2 %s: all passed\n", aws.SDKVersion)
}
